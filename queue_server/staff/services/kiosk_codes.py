"""The code that opens a kiosk's staff menu: asked for by a person, typed there, used once."""

import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update

from queue_server.core.idempotency import carried_out
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Chore, Role, chores_of
from queue_server.staff.services import credentials

CODE_LASTS = timedelta(minutes=10)
CODE_DIGITS = 6
MAX_WRONG_TRIES = 5
BLOCKED_FOR = timedelta(minutes=10)
OPENED = "kiosk_code.opened"
_C = tables.kiosk_codes


class Outcome(StrEnum):
    """How a chore at a kiosk ended."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class AskedCode:
    """A code as its asker sees it, once; and until when it is good."""

    kiosk: str
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """The menu is open for the account `asked_by`, who may do `chores`."""

    asked_by: str
    chores: tuple[Chore, ...]


def ask_code(uow: UnitOfWork, actor: Actor, kiosk: str) -> AskedCode:
    """A fresh code for `kiosk`; an earlier one of it is void.

    Raises Problem 404 for a kiosk nobody admitted, 409 while wrong tries have blocked it.
    """
    if kiosk not in credentials.known_devices(uow, actor.site, Role.KIOSK):
        raise Problem(404, "unknown_kiosk", "Este quiosco no está registrado; elija otro.")
    row = _row(uow, actor.site, kiosk)
    if row is not None and row.blocked_until is not None and row.blocked_until > uow.now:
        raise Problem(409, "kiosk_blocked", _blocked_words(row.blocked_until - uow.now))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    fresh = {
        "code_hash": _digest(uow, actor.site, kiosk, code),
        "asked_by": actor.name,
        "role": actor.role,
        "expires_at": uow.now + CODE_LASTS,
        "wrong_tries": 0,
        "blocked_until": None,
    }
    put = uow.upsert(_C).values(site=actor.site, kiosk=kiosk, **fresh)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site", "kiosk"], set_=fresh))
    uow.record(actor, "kiosk_code.asked", kiosk=kiosk)
    return AskedCode(kiosk, code, uow.now + CODE_LASTS)


def open_menu(uow: UnitOfWork, kiosk: Actor, code: str) -> Opened | None:
    """What the code typed at `kiosk` opens, used up with this; None when it opens nothing.

    A wrong one is counted, so this unit must be committed either way. The fifth voids the code and
    blocks the kiosk. Raises Problem 429 while it is blocked.
    """
    row = _row(uow, kiosk.site, kiosk.name)
    if row is not None and row.blocked_until is not None and row.blocked_until > uow.now:
        raise Problem(429, "kiosk_blocked", _blocked_words(row.blocked_until - uow.now))
    if row is not None and row.code_hash is not None and row.expires_at > uow.now:
        if hmac.compare_digest(row.code_hash, _digest(uow, kiosk.site, kiosk.name, code)):
            _change(uow, kiosk, code_hash=None)
            uow.record(kiosk, OPENED, by=row.asked_by, role=row.role)
            return Opened(row.asked_by, chores_of(Role(row.role)))
        _count_wrong(uow, kiosk, row.wrong_tries + 1)
    uow.record(kiosk, "kiosk_code.refused")
    return None


def note_chore(uow: UnitOfWork, kiosk: Actor, visit: str, chore: Chore, outcome: Outcome) -> None:
    """Write into the log what was done at `kiosk`, and on whose code.

    `visit`: the Idempotency-Key under which the menu was opened. Raises Problem 404 when this
    kiosk opened no menu under it, 409 when the code was not good for `chore`.
    """
    opened = carried_out(uow, kiosk.site, visit)
    if opened is None or opened.actor != kiosk.label or opened.body.get("role") is None:
        raise Problem(404, "unknown_visit", "Este quiosco no abrió su menú con ese pedido.")
    if chore not in chores_of(Role(opened.body["role"])):
        raise Problem(409, "not_allowed", "El código no autorizaba este trabajo.")
    uow.record(kiosk, f"kiosk_chore.{outcome}", chore=str(chore), by=opened.body["by"])


def _row(uow: UnitOfWork, site: str, kiosk: str) -> Any:
    return uow.connection.execute(
        select(_C).where(_C.c.site == site, _C.c.kiosk == kiosk).with_for_update()
    ).one_or_none()


def _count_wrong(uow: UnitOfWork, kiosk: Actor, tries: int) -> None:
    if tries < MAX_WRONG_TRIES:
        _change(uow, kiosk, wrong_tries=tries)
    else:
        _change(uow, kiosk, code_hash=None, blocked_until=uow.now + BLOCKED_FOR)


def _change(uow: UnitOfWork, kiosk: Actor, **values: Any) -> None:
    ours = (_C.c.site == kiosk.site) & (_C.c.kiosk == kiosk.name)
    uow.connection.execute(update(_C).where(ours).values(**values))


def _digest(uow: UnitOfWork, site: str, kiosk: str, code: str) -> bytes:
    """Keyed: six digits alone would be found by trying them all."""
    return uow.vault.index("kiosk_codes.code_hash", f"{site}/{kiosk}/{code}")


def _blocked_words(left: timedelta) -> str:
    minutes = max(1, math.ceil(left.total_seconds() / 60))
    wait = "1 minuto" if minutes == 1 else f"{minutes} minutos"
    return f"Hubo demasiados códigos equivocados en este quiosco; espere {wait}."

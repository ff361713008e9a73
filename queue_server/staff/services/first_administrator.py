"""The first administrator: there is no default account, only a code the server prints once."""

import hmac
import secrets
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import delete, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Role,
    digest,
    shown_code,
    typed_code,
)
from queue_server.staff.services.accounts import NewAccount, create_account, has_administrator

CODE_LASTS = timedelta(hours=24)
MAX_WRONG_TRIES = 5


class CodeVerdict(Enum):
    """What became of a code that somebody typed."""

    RIGHT = auto()
    WRONG = auto()
    USELESS = auto()  # none was printed, it expired, it was spoilt, or an administrator exists


def new_code(uow: UnitOfWork, actor: Actor) -> str:
    """A fresh code as a person reads it (80 random bits); an earlier one is void.

    Raises Problem 409 when somebody can administer the site already.
    """
    if has_administrator(uow, actor.site):
        raise Problem(
            409,
            "administrator_exists",
            "Ya hay una cuenta de administración; ella crea las demás cuentas.",
        )
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    lasts = {"expires_at": uow.now + CODE_LASTS, "wrong_tries": 0}
    row = {"code_hash": digest(code), "account": None, **lasts}
    put = uow.upsert(tables.administrator_codes).values(site=actor.site, **row)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site"], set_=row))
    uow.record(actor, "administrator_code.made")
    return shown_code(code)


def check_code(uow: UnitOfWork, site: str, text: str) -> CodeVerdict:
    """Whether `text` is the code. A wrong one is counted, so this unit must be committed."""
    row = _live(uow, site)
    if row is None:
        return CodeVerdict.USELESS
    if hmac.compare_digest(row.code_hash, digest(typed_code(text))):
        return CodeVerdict.RIGHT
    codes = tables.administrator_codes
    uow.connection.execute(
        update(codes).where(codes.c.site == site).values(wrong_tries=codes.c.wrong_tries + 1)
    )
    uow.record(Actor(site, "nobody", "first-administrator"), "administrator_code.refused")
    return CodeVerdict.WRONG if row.wrong_tries + 1 < MAX_WRONG_TRIES else CodeVerdict.USELESS


def create_first_administrator(
    uow: UnitOfWork, site: str, text: str, name: str, full_name: str, password_hash: str
) -> None:
    """The administrator the code `text` was printed for; it is used up with this.

    Raises Problem 403 when the code is not good any more, 409, 422 for the name.
    """
    row = _live(uow, site)
    if row is None or not hmac.compare_digest(row.code_hash, digest(typed_code(text))):
        raise Problem(403, "code_useless", "Este código ya no sirve; pida uno nuevo.")
    codes = tables.administrator_codes
    uow.connection.execute(delete(codes).where(codes.c.site == site))
    new = NewAccount(name, full_name, Role.ADMINISTRATOR, password_hash, one_time=False)
    create_account(uow, Actor(site, Role.ADMINISTRATOR, name), new)


def _live(uow: UnitOfWork, site: str) -> Any:
    """The row of a code that may still be tried, locked until this unit ends."""
    codes = tables.administrator_codes
    row = uow.connection.execute(
        select(codes)
        .where(
            codes.c.site == site,
            codes.c.account.is_(None),
            codes.c.expires_at > uow.now,
            codes.c.wrong_tries < MAX_WRONG_TRIES,
        )
        .with_for_update()
    ).one_or_none()
    return None if row is None or has_administrator(uow, site) else row

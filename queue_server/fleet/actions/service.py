"""Orders actions, hands them to their kiosk, and takes its word on how they went."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, func, insert, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import tables
from queue_server.fleet.actions.model import (
    ACTIONS_KEPT,
    BUNDLES_KEPT,
    LARGEST_BUNDLE,
    OPEN,
    Kind,
    Order,
    State,
    body_of,
    given_up,
    may_go,
    next_number,
    signed,
)
from queue_server.staff.services import credentials

MOST_SHOWN = 200
_A, _B = tables.kiosk_actions, tables.kiosk_bundles
_SEALED = "kiosk_bundles.content"
Sign = Callable[[bytes], bytes]
"""The signature (64 bytes) of what the site's kiosks are told."""


@dataclass(frozen=True)
class Signed:
    """An action on its way: the body as it was signed, and the signature."""

    body: str
    signature: bytes


@dataclass(frozen=True)
class Action:
    """One action and how it stands. `configuration`: what the kiosk said it runs with."""

    id: str
    kiosk: str
    kind: Kind
    arguments: Mapping[str, Any]
    state: State
    detail: str
    ordered_by: str
    ordered_at: datetime
    expires_at: datetime
    changed_at: datetime
    configuration: int | None
    has_bundle: bool


@dataclass(frozen=True)
class Report:
    """A kiosk's word on one action. `configuration`: the version it runs with now."""

    state: State
    detail: str
    configuration: int


def order(
    uow: UnitOfWork, actor: Actor, kiosk: str, kind: Kind, given: Mapping[str, Any], sign: Sign
) -> Action:
    """Sign one action for `kiosk`; it may begin within 60 s.

    Raises Problem 404 for a kiosk that is not paired, 409 while another action of it is open.
    """
    key = credentials.device_key(uow, actor.site, kiosk)
    if key is None:
        words = "Este quiosco no está autorizado con un código; no se le puede ordenar nada."
        raise Problem(404, "unknown_kiosk", words)
    _settle(uow, actor.site, kiosk)
    if _open(uow, actor.site, kiosk) is not None:
        words = "Este quiosco todavía atiende otra orden; espere a que termine."
        raise Problem(409, "action_open", words)
    made = Order(
        id=str(uuid4()),
        site=actor.site,
        kiosk=kiosk,
        device=hashlib.sha256(key).digest(),
        number=next_number(_last_number(uow, actor.site, kiosk), uow.now),
        kind=kind,
        arguments=given,
        issued_at=uow.now,
        configuration=_configuration(uow, actor.site, kiosk),
    )
    body = body_of(made)
    values = {
        "id": made.id,
        "site": actor.site,
        "kiosk": kiosk,
        "number": made.number,
        "kind": kind,
        "arguments": dict(given),
        "body": body,
        "signature": sign(signed(body)),
        "state": State.ORDERED,
        "detail": "",
        "configuration": None,
        "ordered_by": actor.name,
        "ordered_at": uow.now,
        "expires_at": made.expires_at,
        "changed_at": uow.now,
    }
    uow.connection.execute(insert(_A), values)
    uow.record(actor, "action.ordered", action=made.id, kiosk=kiosk, what=kind, **_told(given))
    return _one(uow, actor.site, made.id)


def pending(uow: UnitOfWork, kiosk: Actor) -> Signed | None:
    """What `kiosk` is told to do and has not taken yet; nothing that is too late to begin."""
    row = _PENDING.one_or_none(uow.connection, {"of_site": kiosk.site, "of_kiosk": kiosk.name})
    if row is None or row.state != State.ORDERED or uow.now > row.expires_at:
        return None
    return Signed(row.body, bytes(row.signature))


_PENDING = Prepared(
    select(_A.c.body, _A.c.signature, _A.c.state, _A.c.expires_at).where(
        _A.c.site == bindparam("of_site"), _A.c.kiosk == bindparam("of_kiosk"), tables.IS_OPEN
    )
)


def report(uow: UnitOfWork, kiosk: Actor, action: str, told: Report) -> State:
    """Take the word of `kiosk` on its own action; how it stands then.

    What cannot follow on how it stands changes nothing: it was sent again, or comes too late.
    Raises Problem 404 for an action that is not this kiosk's.
    """
    row = _row(uow, kiosk.site, action)
    if row is None or row.kiosk != kiosk.name:
        raise Problem(404, "unknown_action", "Este quiosco no recibió esa orden.")
    before = State(row.state)
    if not may_go(before, told.state, uow.now, row.expires_at):
        return before
    _move(uow, action, told.state, told.detail[:400], told.configuration)
    uow.record(
        kiosk,
        f"action.{told.state}",
        action=action,
        kiosk=kiosk.name,
        what=row.kind,
        by=row.ordered_by,
    )
    return told.state


def keep_bundle(uow: UnitOfWork, kiosk: Actor, action: str, content: bytes) -> None:
    """Keep what `kiosk` gathered of itself for this action; sent again it is the same.

    Raises Problem 404, 409 when none was asked for, 413 when it is too large.
    """
    row = _row(uow, kiosk.site, action)
    if row is None or row.kiosk != kiosk.name:
        raise Problem(404, "unknown_action", "Este quiosco no recibió esa orden.")
    if row.kind != Kind.DIAGNOSTICS or row.state != State.RUNNING:
        raise Problem(409, "not_asked_for", "No se pidió ningún diagnóstico con esa orden.")
    if len(content) > LARGEST_BUNDLE:
        raise Problem(413, "bundle_too_large", "El diagnóstico es demasiado grande.")
    if uow.connection.execute(select(_B.c.action).where(_B.c.action == action)).first() is None:
        sealed = uow.vault.seal(_SEALED, content)
        values = {"action": action, "site": kiosk.site, "kept_at": uow.now, "content": sealed}
        uow.connection.execute(insert(_B), values)


def take_bundle(uow: UnitOfWork, actor: Actor, action: str) -> tuple[str, bytes]:
    """The kiosk and its bundle, for somebody of IT; who took it is recorded each time.

    Raises Problem 404 when there is none, or when its seven days are over.
    """
    found = uow.connection.execute(
        select(_A.c.kiosk, _B.c.content)
        .join(_B, _B.c.action == _A.c.id)
        .where(_A.c.site == actor.site, _A.c.id == action, _B.c.kept_at > uow.now - BUNDLES_KEPT)
    ).one_or_none()
    if found is None:
        raise Problem(404, "no_bundle", "Este diagnóstico no existe o ya se borró.")
    uow.record(actor, "action.bundle_taken", action=action, kiosk=found.kiosk)
    return found.kiosk, uow.vault.open(_SEALED, bytes(found.content))


def listed(uow: UnitOfWork, site: str) -> list[Action]:
    """The newest actions of `site`, the newest first. What is overdue is shown as what it is."""
    rows = uow.connection.execute(
        _SHOWN.where(_A.c.site == site).order_by(_A.c.ordered_at.desc()).limit(MOST_SHOWN)
    )
    return [_action(row, uow.now) for row in rows]


def found(uow: UnitOfWork, site: str, ids: Sequence[str]) -> dict[str, Action]:
    """Those of `ids` that are actions of `site`, each as it stands now."""
    if not ids:
        return {}
    rows = uow.connection.execute(_SHOWN.where(_A.c.site == site, _A.c.id.in_(ids)))
    return {row.id: _action(row, uow.now) for row in rows}


def overdue(uow: UnitOfWork, site: str) -> list[str]:
    """Kiosks of which an open action can be given up now; reads only."""
    rows = uow.connection.execute(
        select(_A.c.kiosk, _A.c.state, _A.c.expires_at).where(
            _A.c.site == site, tables.IS_OPEN, _A.c.expires_at < uow.now
        )
    )
    return [row.kiosk for row in rows if given_up(State(row.state), uow.now, row.expires_at)]


def give_up(uow: UnitOfWork, actor: Actor, kiosk: str) -> None:
    """Close the open action of `kiosk` that nobody reports on any more."""
    uow.lock_site(actor.site)
    if (settled := _settle(uow, actor.site, kiosk)) is not None:
        action, state = settled
        uow.record(actor, f"action.{state}", action=action, kiosk=kiosk)


def forget(uow: UnitOfWork) -> int:
    """Delete bundles after seven days and actions after 400; how many rows."""
    old = uow.connection.execute(delete(_B).where(_B.c.kept_at <= uow.now - BUNDLES_KEPT)).rowcount
    ended = delete(_A).where(_A.c.ordered_at <= uow.now - ACTIONS_KEPT, _A.c.state.not_in(OPEN))
    return old + uow.connection.execute(ended).rowcount


def _settle(uow: UnitOfWork, site: str, kiosk: str) -> tuple[str, State] | None:
    row = _open(uow, site, kiosk)
    state = row and given_up(State(row.state), uow.now, row.expires_at)
    if row is None or state is None:
        return None
    _move(uow, row.id, state, row.detail, row.configuration)
    return row.id, state


def _open(uow: UnitOfWork, site: str, kiosk: str) -> Any:
    return uow.connection.execute(
        select(_A).where(_A.c.site == site, _A.c.kiosk == kiosk, tables.IS_OPEN)
    ).one_or_none()


def _last_number(uow: UnitOfWork, site: str, kiosk: str) -> int:
    newest = select(func.max(_A.c.number)).where(_A.c.site == site, _A.c.kiosk == kiosk)
    return uow.connection.execute(newest).scalar() or 0


def _configuration(uow: UnitOfWork, site: str, kiosk: str) -> int:
    """The version this kiosk spoke of last, 0 when it never did."""
    said = (
        select(_A.c.configuration)
        .where(_A.c.site == site, _A.c.kiosk == kiosk, _A.c.configuration.is_not(None))
        .order_by(_A.c.number.desc())
        .limit(1)
    )
    return uow.connection.execute(said).scalar() or 0


def _move(
    uow: UnitOfWork, action: str, state: State, detail: str, configuration: int | None
) -> None:
    uow.connection.execute(
        update(_A)
        .where(_A.c.id == action)
        .values(state=state, detail=detail, configuration=configuration, changed_at=uow.now)
    )


def _row(uow: UnitOfWork, site: str, action: str) -> Any:
    return uow.connection.execute(
        select(_A).where(_A.c.site == site, _A.c.id == action).with_for_update()
    ).one_or_none()


_SHOWN = select(_A, (_B.c.action.is_not(None)).label("bundled")).outerjoin(
    _B, _B.c.action == _A.c.id
)


def _one(uow: UnitOfWork, site: str, action: str) -> Action:
    row = uow.connection.execute(_SHOWN.where(_A.c.site == site, _A.c.id == action)).one()
    return _action(row, uow.now)


def _action(row: Any, now: datetime) -> Action:
    state = State(row.state)
    return Action(
        row.id,
        row.kiosk,
        Kind(row.kind),
        row.arguments,
        given_up(state, now, row.expires_at) or state,
        row.detail,
        row.ordered_by,
        row.ordered_at,
        row.expires_at,
        row.changed_at,
        row.configuration,
        bool(row.bundled),
    )


def _told(given: Mapping[str, Any]) -> dict[str, Any]:
    """For the log: names and words, never a sentence somebody wrote."""
    changes = given.get("changes")
    return {"changes": sorted(changes)} if changes is not None else dict(given)

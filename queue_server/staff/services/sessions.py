"""Sessions of people: a reference token in a cookie, kept here as a hash, alive while used."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Ending, Proof, Role, SessionTimes, digest, needs_code

# An ended session stays a little longer, so that the sign-in form can say why it ended.
_KEPT_AFTER_END = timedelta(hours=4)

# Who changes what others may do has shown within this time who they are.
FRESH_FOR = timedelta(minutes=15)
MAX_WRONG_PROOFS = 5

_S, _A = tables.sessions, tables.accounts
_SIGNED_IN = Prepared(
    select(_S, _A.c.role, _A.c.one_time, _A.c.full_name)
    .join(_A, (_S.c.site == _A.c.site) & (_S.c.account == _A.c.name))
    .where(_S.c.token_hash == bindparam("of_token"), _A.c.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Session:
    """One open session as its person and administrators see it; `id` opens nothing."""

    id: str
    account: str
    browser: str
    address: str
    times: SessionTimes


@dataclass(frozen=True)
class Where:
    """Where somebody signs in, in words by which they know it again."""

    browser: str = ""
    address: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Whose session a cookie is, and how long it lives."""

    actor: Actor
    full_name: str
    times: SessionTimes


def open_session(
    uow: UnitOfWork,
    site: str,
    name: str,
    verified_hash: str,
    where: Where = Where(),
    proof: Proof = Proof.PASSWORD,
) -> str | None:
    """A new session of account `name`; the cookie's value.

    None when the account was disabled or its password changed while it was being verified.
    """
    role = role_behind(uow, site, name, verified_hash)
    return None if role is None else begin_session(uow, Actor(site, role, name), where, proof)


def role_behind(uow: UnitOfWork, site: str, name: str, verified_hash: str) -> Role | None:
    """The role of an account that may sign in and still has the password that was verified."""
    accounts = tables.accounts
    role = uow.connection.execute(
        select(accounts.c.role).where(
            accounts.c.site == site,
            accounts.c.name == name,
            accounts.c.password_hash == verified_hash,
            accounts.c.disabled_at.is_(None),
        )
    ).scalar()
    return None if role is None else Role(role)


def begin_session(uow: UnitOfWork, actor: Actor, where: Where, proof: Proof) -> str:
    """A new session of `actor`, who has proven who they are; the cookie's value."""
    _forget_ended(uow)
    value, session_id = secrets.token_urlsafe(32), secrets.token_hex(8)
    uow.connection.execute(
        insert(tables.sessions),
        {
            "token_hash": digest(value),
            "id": session_id,
            "site": actor.site,
            "account": actor.name,
            "opened_at": uow.now,
            "active_at": uow.now,
            "proven_at": uow.now,
            "by_code": proof is not Proof.PASSWORD,
            "browser": where.browser[:40],
            "address": where.address[:45],
        },
    )
    uow.record(actor, "session.opened", account=actor.name, session=session_id, proof=str(proof))
    return value


def _forget_ended(uow: UnitOfWork) -> None:
    oldest = uow.now - SessionTimes.AGE_LIMIT - _KEPT_AFTER_END
    uow.connection.execute(delete(tables.sessions).where(tables.sessions.c.opened_at <= oldest))


def person(
    uow: UnitOfWork,
    value: str,
    allowed: tuple[Role, ...],
    *,
    with_one_time: bool = False,
    fresh: bool = False,
) -> Actor:
    """The person this session belongs to. Raises Problem 401, 403.

    `with_one_time`: also somebody who has yet to replace a password that another made. `fresh`:
    only who showed within `FRESH_FOR` who they are; `prove_again` says by what to do it again.
    """
    row = _row(uow, value)
    if row is None or (needs_code(Role(row.role)) and not row.by_code):
        raise _signed_out(None)
    ending = _times(row).ending(uow.now)
    if ending is not None:
        raise _signed_out(ending)
    if row.one_time and not with_one_time:
        raise Problem(403, "change_password", "Cambie primero su contraseña de un solo uso.")
    if Role(row.role) not in allowed:
        raise Problem(403, "wrong_role", "Su cuenta no tiene permiso para esto.")
    if fresh and (row.proven_at is None or row.proven_at <= uow.now - FRESH_FOR):
        raise _prove_again(Proof.CODE if row.by_code else Proof.PASSWORD)
    return Actor(row.site, row.role, row.account)


def proven(uow: UnitOfWork, value: str, proof: Proof) -> None:
    """The person of this session has just shown again who they are."""
    values: dict[str, Any] = {"proven_at": uow.now, "wrong_proofs": 0}
    if proof is not Proof.PASSWORD:
        values["by_code"] = True
    _write(uow, value, **values)


def without_code(uow: UnitOfWork, value: str) -> None:
    """The person of this session gave their second factor up."""
    _write(uow, value, by_code=False)


def count_wrong_proof(uow: UnitOfWork, actor: Actor, value: str) -> None:
    """A wrong code or password in an open session; the fifth in a row ends it."""
    row = _row(uow, value)
    if row.wrong_proofs + 1 >= MAX_WRONG_PROOFS:
        end_session(uow, actor, row.account, row.id)
    else:
        _write(uow, value, wrong_proofs=row.wrong_proofs + 1)
        uow.record(actor, "second_factor.refused", account=actor.name)


def ending_of(uow: UnitOfWork, value: str) -> Ending | None:
    """Why the session of this cookie is over; None when it lives or is not known any more."""
    row = _row(uow, value)
    return _times(row).ending(uow.now) if row is not None else None


def signed_in(uow: UnitOfWork, actor: Actor, value: str) -> SignedIn:
    """What `actor`, found by `person`, may know of the session of this cookie."""
    row = _row(uow, value)
    full_name = uow.vault.open("accounts.full_name", row.full_name).decode()
    return SignedIn(actor, full_name, _times(row))


def touch(uow: UnitOfWork, value: str) -> None:
    """The person touched a key, the screen or the mouse now. Nothing else keeps a session alive.

    `person` must have admitted the session in this unit: an ended one is not brought back.
    """
    _write(uow, value, active_at=uow.now)


def close_session(uow: UnitOfWork, value: str) -> None:
    """End the session of this cookie; an unknown one is no error."""
    row = _row(uow, value)
    if row is not None:
        actor = Actor(row.site, row.role, row.account)
        end_session(uow, actor, row.account, row.id)


def sessions_of(uow: UnitOfWork, site: str, account: str | None = None) -> list[Session]:
    """The account's sessions that live now, or everybody's, the newest first."""
    of_whom = _S.c.site == site
    if account is not None:
        of_whom &= _S.c.account == account
    rows = uow.connection.execute(
        select(_S)
        .join(_A, (_S.c.site == _A.c.site) & (_S.c.account == _A.c.name))
        .where(of_whom, _A.c.disabled_at.is_(None))
        .order_by(_S.c.opened_at.desc())
    )
    return [
        Session(row.id, row.account, row.browser, row.address, _times(row))
        for row in rows
        if _times(row).ending(uow.now) is None
    ]


def session_id(uow: UnitOfWork, value: str) -> str:
    """The public name of the session of this cookie; "" when there is none."""
    row = _row(uow, value)
    return row.id if row is not None else ""


def holder(uow: UnitOfWork, value: str) -> Actor | None:
    """Whose session this cookie is, dead or alive; None for an unknown one."""
    row = _row(uow, value)
    return None if row is None else Actor(row.site, row.role, row.account)


def end_session(uow: UnitOfWork, actor: Actor, account: str, session_id: str) -> None:
    """End one session of `account`. Raises Problem 404 when there is none of this id."""
    sessions = tables.sessions
    gone = uow.connection.execute(
        delete(sessions).where(
            sessions.c.site == actor.site,
            sessions.c.account == account,
            sessions.c.id == session_id,
        )
    ).rowcount
    if not gone:
        raise Problem(404, "unknown_session", "Esta sesión ya terminó.")
    uow.record(actor, "session.ended", account=account, session=session_id)


def end_sessions(uow: UnitOfWork, site: str, account: str, keep: str = "") -> None:
    """End every session of `account` but that of the cookie `keep`, and every sign-in that waits
    for its code; the caller records why."""
    sessions, half = tables.sessions, tables.half_sessions
    uow.connection.execute(
        delete(sessions).where(
            sessions.c.site == site,
            sessions.c.account == account,
            sessions.c.token_hash != digest(keep),
        )
    )
    uow.connection.execute(delete(half).where(half.c.site == site, half.c.account == account))


def _row(uow: UnitOfWork, value: str) -> Any:
    return _SIGNED_IN.one_or_none(uow.connection, {"of_token": digest(value)})


def _write(uow: UnitOfWork, value: str, **values: Any) -> None:
    uow.connection.execute(update(_S).where(_S.c.token_hash == digest(value)).values(**values))


def _times(row: Any) -> SessionTimes:
    opened_at: datetime = row.opened_at
    active_at: datetime = row.active_at
    return SessionTimes(opened_at, active_at)


ENDED = {
    Ending.IDLE: "Su sesión se cerró tras 15 minutos sin uso; ingrese otra vez.",
    Ending.AGE: "Su sesión llegó a las 10 horas y se cerró; ingrese otra vez.",
    None: "Su sesión terminó; ingrese otra vez.",
}


def _signed_out(ending: Ending | None) -> Problem:
    return Problem(401, "signed_out", ENDED[ending], reason=ending)


def _prove_again(by: Proof) -> Problem:
    what = "el código de su aplicación" if by is Proof.CODE else "su contraseña"
    return Problem(403, "prove_again", f"Para este cambio, escriba otra vez {what}.", by=by)

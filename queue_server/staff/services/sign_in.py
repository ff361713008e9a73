"""Signing in, in one step or two: the password, then the code of the second factor.

Between the steps lives a half session: five minutes, five wrong codes, and it opens nothing but
the form for the code.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import delete, insert, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import tables
from queue_server.staff.model import Proof, digest, needs_code
from queue_server.staff.services import second_factor, sessions, sign_in_limits
from queue_server.staff.services.sessions import Where
from queue_server.staff.services.sign_in_limits import Guest

HALF_LASTS = timedelta(minutes=5)
MAX_WRONG_TRIES = 5

_H, _A = tables.half_sessions, tables.accounts


class Next(Enum):
    """What follows the password, or the code."""

    IN = auto()  # the session is open
    CODE = auto()  # the app's code is asked for
    ENROL = auto()  # the account has no second factor yet and needs one
    OVER = auto()  # five wrong codes: from the beginning


@dataclass(frozen=True)
class Step:
    """How far somebody came. `value`: of the session's cookie, or of the half session's."""

    next: Next
    value: str = ""


def after_password(
    uow: UnitOfWork, site: str, name: str, verified_hash: str, where: Where
) -> Step | None:
    """Open the session, or what comes before it. None when the account changed meanwhile."""
    role = sessions.role_behind(uow, site, name, verified_hash)
    if role is None:
        return None
    enrolled = second_factor.is_enrolled(uow, site, name)
    if not enrolled and not needs_code(role):
        value = sessions.open_session(uow, site, name, verified_hash, where)
        return None if value is None else Step(Next.IN, value)
    return Step(Next.CODE if enrolled else Next.ENROL, _begin_half(uow, site, name))


def half_signed_in(uow: UnitOfWork, value: str) -> Actor:
    """Whose half session this cookie is. Raises Problem 401 when it is over."""
    row = _half(uow, value)
    if row is None:
        raise _over()
    return Actor(row.site, row.role, row.account)


def next_of(uow: UnitOfWork, actor: Actor) -> Next:
    """What the half session of `actor` waits for."""
    return Next.CODE if second_factor.is_enrolled(uow, actor.site, actor.name) else Next.ENROL


def after_code(uow: UnitOfWork, value: str, typed: str, where: Where) -> Step | None:
    """Open the session with the code that was typed; None when it is wrong.

    A wrong one is counted, so this unit must be committed. The code of the server's command line
    leads to enrolment. Raises Problem 401 when the half session is over.
    """
    actor = _alone_with(uow, value)
    proof = second_factor.check(uow, actor.site, actor.name, typed)
    if proof is not None:
        _end_half(uow, value)
        return Step(Next.IN, sessions.begin_session(uow, actor, where, proof))
    if second_factor.use_operators_code(uow, actor.site, actor.name, typed):
        uow.record(actor, "second_factor.reset", account=actor.name, by="administrator_code")
        return Step(Next.ENROL, value)
    return _count_wrong(uow, actor, value)


def enrol(uow: UnitOfWork, value: str, typed: str) -> list[str] | None:
    """The first code of the app that was offered; the recovery codes, None when it is wrong.

    Whoever enrolled signs in with `after_enrolment`. Raises Problem 401, 409.
    """
    actor = _alone_with(uow, value)
    if next_of(uow, actor) is not Next.ENROL:
        raise _over()
    codes = second_factor.confirm(uow, actor, typed)
    if codes is None:
        _count_wrong(uow, actor, value)
    return codes


def after_enrolment(uow: UnitOfWork, value: str, where: Where) -> Step:
    """Open the session of whoever has just confirmed their app. Raises Problem 401."""
    actor = half_signed_in(uow, value)
    _end_half(uow, value)
    return Step(Next.IN, sessions.begin_session(uow, actor, where, Proof.CODE))


def prove(uow: UnitOfWork, actor: Actor, value: str, typed: str) -> bool:
    """Whether the code shows once more who holds the session; a wrong one is counted."""
    uow.lock_site(actor.site)
    proof = second_factor.check(uow, actor.site, actor.name, typed)
    if proof is None:
        sessions.count_wrong_proof(uow, actor, value)
        return False
    sessions.proven(uow, value, proof)
    uow.record(actor, "session.proven", account=actor.name, proof=str(proof))
    return True


def charge_code(uow: UnitOfWork, value: str, guest: Guest) -> sign_in_limits.Charge:
    """Pay for one try of a code. Raises Problem 401 when the half session is over, 429."""
    actor = half_signed_in(uow, value)
    return sign_in_limits.charge_code(uow, actor.site, actor.name, guest)


def _alone_with(uow: UnitOfWork, value: str) -> Actor:
    """The half session as whoever used it before left it: it is good once."""
    uow.lock_site(half_signed_in(uow, value).site)
    return half_signed_in(uow, value)


def _begin_half(uow: UnitOfWork, site: str, name: str) -> str:
    uow.connection.execute(delete(_H).where(_H.c.expires_at <= uow.now))
    value = secrets.token_urlsafe(32)
    uow.connection.execute(
        insert(_H),
        {
            "token_hash": digest(value),
            "site": site,
            "account": name,
            "expires_at": uow.now + HALF_LASTS,
            "wrong_tries": 0,
        },
    )
    return value


def _half(uow: UnitOfWork, value: str) -> Any:
    return uow.connection.execute(
        select(_H, _A.c.role)
        .join(_A, (_H.c.site == _A.c.site) & (_H.c.account == _A.c.name))
        .where(
            _H.c.token_hash == digest(value),
            _H.c.expires_at > uow.now,
            _A.c.disabled_at.is_(None),
        )
    ).one_or_none()


def _end_half(uow: UnitOfWork, value: str) -> None:
    uow.connection.execute(delete(_H).where(_H.c.token_hash == digest(value)))


def _count_wrong(uow: UnitOfWork, actor: Actor, value: str) -> Step | None:
    uow.record(actor, "second_factor.refused", account=actor.name)
    row = _half(uow, value)
    if row.wrong_tries + 1 >= MAX_WRONG_TRIES:
        _end_half(uow, value)
        return Step(Next.OVER)
    uow.connection.execute(
        update(_H).where(_H.c.token_hash == digest(value)).values(wrong_tries=row.wrong_tries + 1)
    )
    return None


def _over() -> Problem:
    words = "Pasaron cinco minutos o hubo cinco códigos equivocados; ingrese otra vez."
    return Problem(401, "sign_in_over", words)

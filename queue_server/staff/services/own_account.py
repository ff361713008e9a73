"""What people change of their own second factor from inside an open session."""

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.model import Proof
from queue_server.staff.services import second_factor, sessions


def take_new_app(uow: UnitOfWork, actor: Actor, value: str, typed: str) -> list[str] | None:
    """Take the offered app into use; every session but that of the cookie `value` ends.

    The recovery codes, shown this once; None for a wrong code, which is counted. Raises Problem
    409 when nothing is offered.
    """
    uow.lock_site(actor.site)
    codes = second_factor.confirm(uow, actor, typed)
    if codes is None:
        sessions.count_wrong_proof(uow, actor, value)
        return None
    sessions.proven(uow, value, Proof.CODE)
    sessions.end_sessions(uow, actor.site, actor.name, keep=value)
    return codes


def give_up(uow: UnitOfWork, actor: Actor, value: str) -> None:
    """Sign in with the password alone again. Raises Problem 409 for a role that needs a code."""
    second_factor.give_up(uow, actor)
    sessions.without_code(uow, value)
    sessions.end_sessions(uow, actor.site, actor.name, keep=value)

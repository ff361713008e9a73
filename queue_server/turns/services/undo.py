"""Take back a wrong call, finish or no-show within a minute."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import AT_COUNTER, Ticket, TicketState
from queue_server.turns.services import change
from queue_server.turns.services.call import refuse_busy
from queue_server.turns.services.counters import desk

UNDO_WITHIN = timedelta(seconds=60)
_P = tables.periods
_LAST = (
    select(_P).where(_P.c.ticket == bindparam("ticket_id")).order_by(_P.c.position.desc()).limit(2)
)


@dataclass(frozen=True)
class _Step:
    """The last change of a ticket: what it did and how to go back."""

    undone: str
    to: TicketState
    counter: str
    new: dict[str, Any]


def undo(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """The ticket as it was before its last call, finish or no-show.

    Raises Problem 404, 409 when there is nothing to undo, it is more than a minute ago, or the
    counter has gone on to somebody else.
    """
    ticket = change.known(uow, actor.site, ticket_id)
    last, before = _last_two(uow, ticket)
    step = _step(ticket, last, before)
    if uow.now - last.started_at > UNDO_WITHIN:
        words = f"Pasó más de un minuto; el turno {ticket.label} ya no se puede deshacer."
        raise Problem(409, "too_late", words, ticket=ticket.id)
    if step.to in AT_COUNTER:
        refuse_busy(desk(uow, actor.site, step.counter))
    undone = change.move(uow, actor, ticket, step.to, "deshecho", **step.new)
    uow.record(
        actor,
        "ticket.undone",
        ticket=ticket.id,
        number=ticket.label,
        counter=step.counter,
        undone=step.undone,
    )
    return undone


def _last_two(uow: UnitOfWork, ticket: Ticket) -> tuple[Any, Any]:
    rows = uow.connection.execute(_LAST, {"ticket_id": ticket.id}).all()
    return rows[0], rows[1] if len(rows) > 1 else None


def _step(ticket: Ticket, last: Any, before: Any) -> _Step:
    if before is None or last.reason == "deshecho":
        raise _nothing(ticket)
    came_from = TicketState(last.from_state)
    if ticket.state is TicketState.CALLED and came_from not in AT_COUNTER:
        return _Step("called", came_from, last.counter, {"counter": None, "called_at": None})
    if came_from not in AT_COUNTER or before.counter is None:
        raise _nothing(ticket)
    back = {"counter": before.counter}
    if ticket.state is TicketState.FINISHED:
        return _Step("finished", came_from, before.counter, back)
    if ticket.state is TicketState.TRANSFERRED and last.reason.startswith("sigue: "):
        then = (ticket.service, *ticket.then)
        new = {**back, "service": before.service, "then": then}
        return _Step("finished", TicketState.CALLED, before.counter, new)
    if ticket.state is TicketState.NO_SHOW or last.reason.startswith("ausente"):
        new = {**back, "no_shows": ticket.no_shows - 1}
        return _Step("no_show", TicketState.CALLED, before.counter, new)
    raise _nothing(ticket)


def _nothing(ticket: Ticket) -> Problem:
    words = f"El turno {ticket.label} no tiene un llamado ni un cierre que deshacer."
    return Problem(409, "nothing_to_undo", words, ticket=ticket.id)

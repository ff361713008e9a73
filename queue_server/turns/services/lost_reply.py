"""A ticket whose answer never reached its kiosk: nobody holds its number, so it leaves the line."""

from dataclasses import dataclass
from enum import StrEnum

from queue_server.core.idempotency import carried_out
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.ticket import Ticket, TicketState
from queue_server.turns.services import change, line


class Outcome(StrEnum):
    """What became of the request. `attended`: staff met its holder all the same."""

    NONE = "none"
    CANCELLED = "cancelled"
    OVER = "over"
    ATTENDED = "attended"


@dataclass(frozen=True)
class Lost:
    """`number`: the ticket the request had issued, None where it had not."""

    outcome: Outcome
    number: str | None = None


# Nobody has stood at a counter with it.
_UNTOUCHED = (TicketState.WAITING, TicketState.CALLED)
# Only staff that has its holder before them brings a ticket there.
_ATTENDED = (
    TicketState.SERVING,
    TicketState.ON_HOLD,
    TicketState.TRANSFERRED,
    TicketState.FINISHED,
)


def withdraw(uow: UnitOfWork, actor: Actor, request: str) -> Lost:
    """Take back what the request under that key had issued to this kiosk.

    Under the request's own key nothing was issued, and with this unit nothing ever will be. Whoever
    was found by their document and attended keeps what they have. Raises Problem 409 when the key
    is neither spent by this unit nor one of this kiosk's requests for a ticket.
    """
    ticket = _issued(uow, actor, request)
    if ticket is None:
        uow.record(actor, "reply.lost", request=request, outcome=Outcome.NONE)
        return Lost(Outcome.NONE)
    if ticket.state in _UNTOUCHED:
        line.cancel(uow, actor, ticket.id, "kiosk")
        return Lost(Outcome.CANCELLED, ticket.label)
    outcome = Outcome.ATTENDED if ticket.state in _ATTENDED else Outcome.OVER
    uow.record(actor, "reply.lost", request=request, ticket=ticket.id, outcome=outcome)
    return Lost(outcome, ticket.label)


def _issued(uow: UnitOfWork, actor: Actor, request: str) -> Ticket | None:
    if uow.key == request:
        return None
    done = carried_out(uow, actor.site, request)
    if done is None or done.actor != actor.label:
        words = "Este pedido no es de este equipo, o aún puede llegar; avise a soporte."
        raise Problem(409, "unknown_request", words)
    return change.find(uow, actor.site, str(done.body.get("ticket", "")))

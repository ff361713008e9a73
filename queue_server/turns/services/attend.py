"""What happens at the counter after a call: start, finish, nobody came, hold, hand over."""

from datetime import datetime, timedelta

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.ticket import AT_COUNTER, Ticket, TicketState
from queue_server.turns.services import change, paces
from queue_server.turns.services.call import refuse_busy
from queue_server.turns.services.counters import desk, seat, sit_down
from queue_server.turns.services.issue import known_counter
from queue_server.turns.services.rules import site_rules

MAX_RETURN = timedelta(hours=12)


def start(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """The called person is here; attention begins. Raises Problem 404, 409."""
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state is not TicketState.CALLED:
        raise change.not_possible(ticket)
    started = change.move(uow, actor, ticket, TicketState.SERVING)
    uow.record(
        actor,
        "ticket.started",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        counter=ticket.counter,
    )
    return started


def finish(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """End the attention. A visit with further services goes on in the next one's line, where it
    keeps its arrival time. Raises Problem 404, 409."""
    ticket = at_counter(uow, actor, ticket_id)
    served_s = paces.learn(uow, site_rules(uow, actor.site), ticket)
    if ticket.then:
        after = change.move(
            uow,
            actor,
            ticket,
            TicketState.TRANSFERRED,
            f"sigue: {ticket.then[0]}",
            service=ticket.then[0],
            then=ticket.then[1:],
            due_at=ticket.arrived_at,
            aimed_at="",
            counter=None,
        )
    else:
        after = change.move(uow, actor, ticket, TicketState.FINISHED)
    uow.record(
        actor,
        "ticket.finished",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        attention_class=ticket.attention_class,
        counter=ticket.counter,
        served_s=served_s,
        then=after.service if ticket.then else "",
    )
    return after


def no_show(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """Nobody came. By the site's rule the ticket returns to the line some times, a few minutes
    later; then it is over. Raises Problem 404, 409."""
    rules = site_rules(uow, actor.site)
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state is not TicketState.CALLED:
        raise change.not_possible(ticket)
    times = ticket.no_shows + 1
    returns = times <= rules.no_show_returns
    if returns:
        due_at = uow.now + timedelta(minutes=rules.no_show_delay_min)
        words = f"ausente, vez {times}"
        after = change.move(
            uow,
            actor,
            ticket,
            TicketState.WAITING,
            words,
            due_at=due_at,
            counter=None,
            no_shows=times,
        )
    else:
        after = change.move(uow, actor, ticket, TicketState.NO_SHOW, no_shows=times)
    uow.record(
        actor,
        "ticket.no_show",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        attention_class=ticket.attention_class,
        counter=ticket.counter,
        returns_at=after.due_at.isoformat() if returns and after.due_at else "",
    )
    return after


def hold(
    uow: UnitOfWork, actor: Actor, ticket_id: str, reason: str, return_at: datetime | None
) -> Ticket:
    """Put the ticket aside. With `return_at` it is called again from then on, without it only
    after `resume`. What staff typed stays with the ticket: the event tells none of it.

    Raises Problem 404, 409, 422 for a return more than 12 h away.
    """
    if return_at is not None and not uow.now <= return_at <= uow.now + MAX_RETURN:
        words = "La hora de regreso debe estar dentro de las próximas 12 horas."
        raise Problem(422, "return_out_of_range", words)
    ticket = change.known(uow, actor.site, ticket_id)
    held = change.move(
        uow, actor, ticket, TicketState.ON_HOLD, reason, due_at=return_at, counter=None
    )
    uow.record(
        actor,
        "ticket.held",
        ticket=ticket.id,
        number=ticket.label,
        counter=ticket.counter,
        return_at=return_at.isoformat() if return_at else "",
    )
    return held


def take_over(uow: UnitOfWork, actor: Actor, ticket_id: str, counter: str) -> Ticket:
    """An open ticket goes on with `actor` at `counter` (shift change). Raises Problem 404, 409."""
    known_counter(site_rules(uow, actor.site), counter)
    ticket = at_counter(uow, actor, ticket_id)
    here = desk(uow, actor.site, counter)
    if counter != ticket.counter:
        refuse_busy(here)
        sit_down(uow, actor, here)
    else:
        seat(uow, actor, counter)
    words = f"relevo desde {ticket.counter}"
    taken = change.move(uow, actor, ticket, ticket.state, words, counter=counter)
    uow.record(
        actor,
        "ticket.handed_over",
        ticket=ticket.id,
        number=ticket.label,
        counter=counter,
        from_counter=ticket.counter,
    )
    return taken


def at_counter(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """A ticket that is open at a counter. Raises Problem 404, 409."""
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state not in AT_COUNTER:
        raise change.not_possible(ticket)
    return ticket

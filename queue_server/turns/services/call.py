"""Call the next person to a counter, and finish the attention."""

from sqlalchemy import update

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import Choice, TicketState, TicketView, next_strict
from queue_server.turns.services import queries
from queue_server.turns.services.periods import begin_period


def call_next(uow: UnitOfWork, actor: Actor, counter: str) -> TicketView | None:
    """Call whoever is next for `counter`; None when nobody is waiting.

    Raises Problem 404 for an unknown counter, 409 while the counter still serves somebody.
    """
    if not queries.counter_exists(uow, actor.site, counter):
        raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")
    serving = queries.open_at(uow, actor.site, counter)
    if serving is not None:
        words = f"Termine primero el turno {serving.number}; luego llame al siguiente."
        raise Problem(409, "counter_busy", words, ticket=serving.ticket_id)
    day = local_day(uow.now, queries.site_zone(uow, actor.site))
    while choice := next_strict(queries.heads(uow, actor.site, day, counter), uow.now):
        if _seize(uow, choice, counter):
            return _call(uow, actor, choice, counter)
    return None


def finish(uow: UnitOfWork, actor: Actor, ticket_id: str) -> TicketView:
    """End the attention of a called ticket. Raises Problem 404, 409."""
    tickets = tables.tickets
    finished = uow.connection.execute(
        update(tickets)
        .where(
            tickets.c.site == actor.site,
            tickets.c.id == ticket_id,
            tickets.c.state == TicketState.CALLED,
        )
        .values(state=TicketState.FINISHED)
        .returning(tickets.c.counter)
    ).one_or_none()
    if finished is None:
        raise _cannot_finish(uow, actor, ticket_id)
    begin_period(uow, actor, ticket_id, TicketState.CALLED, TicketState.FINISHED, finished.counter)
    view = queries.ticket(uow, actor.site, ticket_id)
    uow.record(
        actor, "ticket.finished", ticket=ticket_id, number=view.number, counter=finished.counter
    )
    return view


def _cannot_finish(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Problem:
    view = queries.find_ticket(uow, actor.site, ticket_id)
    if view is None:
        return Problem(404, "unknown_ticket", "Este turno no existe en este módulo.")
    if view.state is TicketState.FINISHED:
        return Problem(409, "already_finished", f"El turno {view.number} ya terminó.")
    return Problem(409, "not_called", f"El turno {view.number} aún no fue llamado.")


def _seize(uow: UnitOfWork, choice: Choice, counter: str) -> bool:
    """Take the chosen ticket if it is still waiting: the one place where a call becomes true."""
    tickets = tables.tickets
    seized = uow.connection.execute(
        update(tickets)
        .where(tickets.c.id == choice.head.ticket_id, tickets.c.state == TicketState.WAITING)
        .values(state=TicketState.CALLED, counter=counter)
        .returning(tickets.c.id)
    )
    return seized.one_or_none() is not None


def _call(uow: UnitOfWork, actor: Actor, choice: Choice, counter: str) -> TicketView:
    ticket_id = choice.head.ticket_id
    begin_period(
        uow, actor, ticket_id, TicketState.WAITING, TicketState.CALLED, counter, choice.reason
    )
    view = queries.ticket(uow, actor.site, ticket_id)
    uow.record(
        actor,
        "ticket.called",
        ticket=ticket_id,
        number=view.number,
        counter=counter,
        counter_name=queries.counter_name(uow, actor.site, counter),
        attention_class=view.attention_class,
        reason=choice.reason,
    )
    return view

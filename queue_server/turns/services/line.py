"""Where a ticket stands in line: resume, transfer, change of class, cancel."""

from typing import Any

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import (
    AT_COUNTER,
    CALLABLE,
    AttentionClass,
    Ticket,
    TicketState,
)
from queue_server.turns.services import change
from queue_server.turns.services.issue import known_counter, offered
from queue_server.turns.services.rules import site_rules


def resume(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """Back into the line: from hold with its arrival time, after a missed call as of now.

    Raises Problem 404, 409.
    """
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state not in (TicketState.ON_HOLD, TicketState.NO_SHOW):
        raise change.not_possible(ticket)
    due_at = ticket.arrived_at if ticket.state is TicketState.ON_HOLD else uow.now
    resumed = change.move(
        uow, actor, ticket, TicketState.WAITING, "reincorporado", due_at=due_at, counter=None
    )
    uow.record(actor, "ticket.resumed", ticket=ticket.id, number=ticket.label)
    return resumed


def transfer(
    uow: UnitOfWork,
    actor: Actor,
    ticket_id: str,
    service: str | None,
    counter: str | None,
    pool: str | None,
) -> Ticket:
    """Send the ticket on to another service, to one counter or to a pool of counters. It keeps
    its arrival time. Raises Problem 404, 409, 422 when no target, or two, are named."""
    rules = site_rules(uow, actor.site)
    ticket = change.known(uow, actor.site, ticket_id)
    moved = change.move(
        uow,
        actor,
        ticket,
        TicketState.TRANSFERRED,
        f"derivado a {service or counter or pool}",
        service=offered(rules, service).code if service else ticket.service,
        aimed_at=_aim(rules, service, counter, pool),
        due_at=ticket.arrived_at,
        counter=None,
    )
    uow.record(
        actor,
        "ticket.transferred",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        to_service=moved.service,
        to_counter=counter or "",
        to_pool=pool or "",
        counter=ticket.counter or "",
    )
    return moved


def change_class(
    uow: UnitOfWork, actor: Actor, ticket_id: str, attention_class: AttentionClass, reason: str
) -> Ticket:
    """Another attention class, in whatever open state. Raises Problem 404, 409."""
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state not in (*CALLABLE, *AT_COUNTER):
        raise change.not_possible(ticket)
    after = change.rewrite(uow, ticket, attention_class=attention_class, attention_reason=reason)
    uow.record(
        actor,
        "ticket.class_changed",
        ticket=ticket.id,
        number=ticket.label,
        attention_class=attention_class,
        was=ticket.attention_class,
    )
    return after


def cancel(uow: UnitOfWork, actor: Actor, ticket_id: str, by: str) -> Ticket:
    """The person does not want the turn any more. `by`: `holder` (only before the call) or
    `staff`. Raises Problem 404, 409."""
    ticket = change.known(uow, actor.site, ticket_id)
    if by == "holder" and ticket.state not in CALLABLE:
        raise change.not_possible(ticket)
    gone: dict[str, Any] = {"counter": None} if ticket.state in CALLABLE else {}
    cancelled = change.move(uow, actor, ticket, TicketState.CANCELLED, **gone)
    uow.record(
        actor,
        "ticket.cancelled",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        attention_class=ticket.attention_class,
        by=by,
    )
    return cancelled


def _aim(rules: SiteRules, service: str | None, counter: str | None, pool: str | None) -> str:
    if counter and pool:
        raise Problem(422, "two_targets", "Elija una ventanilla o un grupo, no ambos.")
    if counter:
        known_counter(rules, counter)
        return f"counter:{counter}"
    if pool:
        if pool not in rules.pools:
            raise Problem(404, "unknown_pool", "Este grupo de ventanillas no existe; elija otro.")
        return f"pool:{pool}"
    if not service:
        words = "Indique a qué servicio, ventanilla o grupo se deriva."
        raise Problem(422, "no_target", words)
    return ""

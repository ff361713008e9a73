"""Call somebody to a counter: whoever is next, one given ticket, or the same one again."""

from dataclasses import replace
from datetime import date
from typing import Any

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import (
    AT_COUNTER,
    CALLABLE,
    IdentityClaim,
    Ticket,
    TicketState,
    Wish,
)
from queue_server.turns.services import change, heads
from queue_server.turns.services.counters import Desk, desk, sit_down
from queue_server.turns.services.issue import known_counter, new_ticket, record_issued
from queue_server.turns.services.rules import site_rules


def call_next(uow: UnitOfWork, actor: Actor, counter: str) -> Ticket | None:
    """Call whoever is next for `counter`; None when nobody is due.

    Raises Problem 404 for an unknown counter, 409 while the counter still serves somebody or
    belongs to another operator.
    """
    rules, _ = _ready(uow, actor, counter)
    day = local_day(uow.now, rules.zone)
    while found := heads.next_for(uow, rules, day, counter, actor.name):
        ticket, choice = found
        called = _seize(uow, actor, ticket, counter, choice.reason)
        if called is not None:
            _record_call(uow, actor, rules, called, choice.reason)
            return called
    return None


def call_this(uow: UnitOfWork, actor: Actor, counter: str, ticket_id: str) -> Ticket:
    """Call one given ticket out of order. Raises Problem 404, 409."""
    rules, _ = _ready(uow, actor, counter)
    ticket = change.known(uow, actor.site, ticket_id)
    reason = f"llamado directo por {actor.name}"
    if ticket.state not in CALLABLE:
        raise change.not_possible(ticket)
    _refuse_yesterday(ticket, local_day(uow.now, rules.zone))
    called = change.move(
        uow, actor, ticket, TicketState.CALLED, reason, counter=counter, called_at=uow.now
    )
    _record_call(uow, actor, rules, called, reason)
    return called


def walk_direct(
    uow: UnitOfWork, actor: Actor, counter: str, wish: Wish, identity: IdentityClaim | None
) -> Ticket:
    """Serve somebody at once who stands at the counter: a numbered ticket that never waited.

    Raises Problem 404, 409.
    """
    rules, _ = _ready(uow, actor, counter)
    ticket = replace(
        new_ticket(uow, rules, wish, identity),
        state=TicketState.SERVING,
        counter=counter,
        called_at=uow.now,
    )
    change.add(uow, actor, ticket, "atención directa")
    record_issued(uow, actor, ticket, route="direct", counter=counter)
    return ticket


def recall(uow: UnitOfWork, actor: Actor, ticket_id: str) -> Ticket:
    """Call the same ticket once more. Raises Problem 404, 409."""
    ticket = change.known(uow, actor.site, ticket_id)
    if ticket.state is not TicketState.CALLED:
        raise change.not_possible(ticket)
    uow.record(actor, "ticket.recalled", **_announced(uow, site_rules(uow, actor.site), ticket))
    return ticket


def _ready(uow: UnitOfWork, actor: Actor, counter: str) -> tuple[SiteRules, Desk]:
    """The counter, free and worked by `actor`. Raises Problem 404, 409."""
    rules = site_rules(uow, actor.site)
    known_counter(rules, counter)
    here = desk(uow, actor.site, counter)
    refuse_busy(here)
    sit_down(uow, actor, here)
    return rules, here


def refuse_busy(here: Desk) -> None:
    """Raises Problem 409 while a ticket is open at the counter."""
    if here.ticket is not None:
        words = f"Termine primero el turno {here.number}; luego llame al siguiente."
        raise Problem(409, "counter_busy", words, ticket=here.ticket)


def _refuse_yesterday(ticket: Ticket, today: date) -> None:
    if ticket.queue_day != today:
        words = f"El turno {ticket.label} es del {ticket.queue_day:%d/%m}; emita uno nuevo."
        raise Problem(409, "another_day", words, ticket=ticket.id)


def _seize(
    uow: UnitOfWork, actor: Actor, ticket: Ticket, counter: str, reason: str
) -> Ticket | None:
    """Take the chosen ticket if it still stands there: where a call becomes true."""
    return change.try_move(
        uow, actor, ticket, TicketState.CALLED, reason, counter=counter, called_at=uow.now
    )


def _record_call(
    uow: UnitOfWork, actor: Actor, rules: SiteRules, ticket: Ticket, reason: str
) -> None:
    waited = max(0, int((uow.now - ticket.arrived_at).total_seconds()))
    uow.record(
        actor,
        "ticket.called",
        **_announced(uow, rules, ticket),
        service=ticket.service,
        service_name=rules.services[ticket.service].name,
        reason=reason,
        waited_s=waited,
    )


def _announced(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> dict[str, Any]:
    """What a display shows and speaks."""
    assert ticket.state in AT_COUNTER
    assert ticket.counter is not None
    return {
        "ticket": ticket.id,
        "number": ticket.label,
        "counter": ticket.counter,
        "counter_name": rules.counters[ticket.counter].name,
        "attention_class": ticket.attention_class,
        "at": uow.now.isoformat(),
    }

"""Issue a ticket: a place at the end of its line, with a number nobody else has."""

import json
from datetime import date
from datetime import time as clock_time
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from queue_server.core.clock import local_day
from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.hours import standing, window_open
from queue_server.turns.model.site import Service, SiteRules
from queue_server.turns.model.ticket import IdentityClaim, Ticket, TicketState, Wish
from queue_server.turns.services import change
from queue_server.turns.services.numbers import take_numbers
from queue_server.turns.services.rules import site_rules

_VISIT = Prepared(insert(tables.visits))


def issue(uow: UnitOfWork, actor: Actor, wish: Wish, identity: IdentityClaim | None) -> Ticket:
    """A new ticket at the end of its line, asked for at a kiosk.

    Raises Problem 404 for an unknown service, 409 outside the hours or beyond the quota.
    """
    rules = site_rules(uow, actor.site)
    service = offered(rules, wish.service)
    refuse_out_of_hours(uow, rules, service)
    return _issued(uow, actor, rules, wish, identity, route="kiosk")


def issue_by_hand(
    uow: UnitOfWork, actor: Actor, counter: str, wish: Wish, identity: IdentityClaim | None
) -> Ticket:
    """A new ticket made by staff at `counter`; they decide about late comers, so hours do not bind.

    Raises Problem 404, 409 as `issue`.
    """
    rules = site_rules(uow, actor.site)
    known_counter(rules, counter)
    return _issued(uow, actor, rules, wish, identity, route="counter", counter=counter)


def new_ticket(
    uow: UnitOfWork, rules: SiteRules, wish: Wish, identity: IdentityClaim | None
) -> Ticket:
    """A numbered ticket that still has to be added. Raises Problem 404, 409."""
    service = offered(rules, wish.service)
    for code in wish.then:
        offered(rules, code)
    day = local_day(uow.now, rules.zone)
    number = take_numbers(uow, rules.code, day, service)
    return Ticket(
        id=str(uuid4()),
        site=rules.code,
        visit=open_visit(uow, rules.code, day, identity),
        service=service.code,
        day=day,
        queue_day=day,
        series=service.series,
        number=number,
        attention_class=wish.attention_class,
        state=TicketState.WAITING,
        arrived_at=uow.now,
        due_at=uow.now,
        attention_reason=wish.attention_reason,
        people=wish.people,
        then=wish.then,
    )


def offered(rules: SiteRules, service: str) -> Service:
    """A service of the site. Raises Problem 404."""
    if service not in rules.services:
        words = "Este servicio no se ofrece aquí; elija uno de la lista."
        raise Problem(404, "unknown_service", words)
    return rules.services[service]


def known_counter(rules: SiteRules, counter: str) -> None:
    """Raises Problem 404 when the site has no such counter."""
    if counter not in rules.counters:
        raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")


def refuse_out_of_hours(uow: UnitOfWork, rules: SiteRules, service: Service) -> None:
    """Raises Problem 409 while the site or the service gives out no tickets."""
    local = uow.now.astimezone(ZoneInfo(rules.zone))
    now = standing(rules.openings, rules.closures, local)
    if not now.takes_tickets:
        raise Problem(409, "site_closed", now.why)
    if not window_open(service.opens, service.closes, local):
        first, last = service.opens or clock_time(), service.closes or clock_time()
        words = (
            f"«{service.name}» se atiende de {first:%H:%M} a {last:%H:%M}; "
            "vuelva a esa hora o elija otro servicio."
        )
        raise Problem(409, "service_closed", words)


def open_visit(uow: UnitOfWork, site: str, day: date, identity: IdentityClaim | None) -> str:
    """A new visit, with the document sealed; its id."""
    visit_id = str(uuid4())
    sealed = index = None
    if identity is not None:
        claim = {"type": identity.type, "number": identity.number}
        sealed = uow.vault.seal("visits.document", json.dumps(claim))
        index = document_index(uow, identity.type, identity.number)
    row = {"id": visit_id, "site": site, "day": day, "created_at": uow.now}
    _VISIT.tell(uow.connection, {**row, "document": sealed, "document_index": index})
    return visit_id


def document_index(uow: UnitOfWork, document_type: str, number: str) -> bytes:
    """The keyed digest under which a visit finds its document again."""
    return uow.vault.index("visits.document", f"{document_type}:{number}")


def _issued(
    uow: UnitOfWork,
    actor: Actor,
    rules: SiteRules,
    wish: Wish,
    identity: IdentityClaim | None,
    **event: str,
) -> Ticket:
    ticket = change.add(uow, actor, new_ticket(uow, rules, wish, identity))
    record_issued(uow, actor, ticket, **event)
    return ticket


def record_issued(uow: UnitOfWork, actor: Actor, ticket: Ticket, **event: str) -> None:
    """The event of a new ticket."""
    uow.record(
        actor,
        "ticket.issued",
        ticket=ticket.id,
        number=ticket.label,
        service=ticket.service,
        attention_class=ticket.attention_class,
        people=ticket.people,
        visit=ticket.visit,
        arrived_at=ticket.arrived_at.isoformat(),
        **event,
    )

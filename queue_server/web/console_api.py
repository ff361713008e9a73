"""What the console shows: who waits, who is next, and whom the counter serves.

Before the call a ticket is a number, a class, a service and a wait; who stands behind it is told
to the operator it was called by, and to nobody else.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import standings
from queue_server.issuance.services.standings import File, Standing
from queue_server.staff.api import StaffOf
from queue_server.turns.api.bodies import TicketBody, link_of, ticket_body
from queue_server.turns.api.counters import DeskBody, desk_body
from queue_server.turns.api.kiosk import HelpCallBody, help_body
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import AttentionClass, Ticket
from queue_server.turns.services import heads, help, queries
from queue_server.turns.services.counters import desks
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.visits import document_for_operator, shown_at_kiosk

router = APIRouter(prefix="/api/v1", tags=["console"])
LISTED = 100
APPLIED_WITHIN = timedelta(days=90)  # how long a certificate, and so its application, matters


class PlaceBody(DeskBody):
    """A counter, its name, what it serves (service code -> weight), and since when the ticket that
    is open there is called."""

    name: str
    services: dict[str, int]
    called_at: str | None


class NextBody(BaseModel):
    """Who would be called now, and why ("preferente, 4 min")."""

    ticket_id: str
    number: str
    attention_class: AttentionClass
    reason: str


class ServiceBody(BaseModel):
    """One service, for issuing by hand and for transfers."""

    code: str
    name: str
    series: str


class PoolBody(BaseModel):
    """A group of counters a ticket can be sent to."""

    code: str
    name: str


class QueueBody(BaseModel):
    """How many wait for a service, and since when the one who waits longest."""

    service: str
    name: str
    series: str
    general: int
    preferential: int
    since: str | None


class WaitingBody(BaseModel):
    """A ticket that may be called, as staff see it before the call: nothing about the person.

    `due_at` in the future, or null: not yet to be called. `held`: why it was put aside.
    """

    ticket_id: str
    number: str
    service: str
    attention_class: AttentionClass
    people: int
    state: str
    arrived_at: str
    due_at: str | None
    aimed_at: str
    no_shows: int
    held: str


class ApplicationBody(BaseModel):
    """Where one application stands; never what a certificate contains.

    `number` is empty where staff typed the document: they would learn what only its holder has.
    `file`: `none`, `here` to be printed, or `gone`. `taken_by`: who last printed it at a window.
    """

    number: str
    state: str
    refusal: str | None
    changed_at: str
    file: File
    taken_by: str | None
    taken_at: str | None


class PersonBody(BaseModel):
    """Who was called: the document and its applications, under review first, then the newest."""

    document_type: str
    document_number: str
    applications: list[ApplicationBody]


class CurrentBody(TicketBody):
    """The ticket open at the counter. `person` is null for everybody but its operator, and when
    no document was shown."""

    person: PersonBody | None


class ConsoleBody(BaseModel):
    """The console at one instant; it then follows `/api/v1/feed` after `event_id`.

    `waiting` counts the lines; `line` lists who may be called, in the order of each class, at
    most `LISTED` of them.
    """

    site_name: str
    now: str
    event_id: int
    operator: str
    wait_alarm_min: int
    counters: list[PlaceBody]
    counter: PlaceBody | None
    services: list[ServiceBody]
    pools: list[PoolBody]
    waiting: list[QueueBody]
    line: list[WaitingBody]
    next: NextBody | None
    current: CurrentBody | None
    help: list[HelpCallBody]


@router.get("/console", response_model=ConsoleBody)
async def console(
    request: Request,
    desk: DeskOf,
    who: StaffOf,
    counter: Annotated[str | None, Query(max_length=30)] = None,
) -> JSONResponse:
    """The console's state; without `counter` only what does not depend on one."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        rules = site_rules(uow, actor.site)
        if counter is not None and counter not in rules.counters:
            raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")
        places = places_body(uow, rules)
        return {
            "site_name": rules.name,
            "now": uow.now.isoformat(),
            "event_id": uow.last_event_id(actor.site),
            "operator": actor.name,
            "wait_alarm_min": rules.wait_alarm_min,
            "counters": list(places.values()),
            "counter": places.get(counter or ""),
            "services": services_body(rules),
            "pools": [{"code": code, "name": name} for code, name in rules.pools.items()],
            "waiting": queues_body(uow, rules),
            "line": _line(uow, rules),
            "next": _next(uow, rules, counter, actor.name) if counter else None,
            "current": _current(request, uow, actor, rules, counter) if counter else None,
            "help": [help_body(each) for each in help.open_calls(uow, actor.site)],
        }

    return JSONResponse(await desk.look(who, read))


def services_body(rules: SiteRules) -> list[dict[str, str]]:
    """The services of the site, in the configured order."""
    return [
        {"code": each.code, "name": each.name, "series": each.series}
        for each in rules.services.values()
    ]


def places_body(uow: UnitOfWork, rules: SiteRules) -> dict[str, dict[str, Any]]:
    """Every counter as it is now, by its code."""
    now = desks(uow, rules.code)
    return {
        code: {
            **desk_body(now[code]),
            "name": place.name,
            "services": dict(place.weights),
            "called_at": _iso(now[code].called_at) if now[code].ticket else None,
        }
        for code, place in rules.counters.items()
    }


def queues_body(uow: UnitOfWork, rules: SiteRules) -> list[dict[str, Any]]:
    """Per service: how many wait in each class, and since when the one who waits longest."""
    counts, since = queries.in_line(uow, rules), queries.longest_waiting(uow, rules)
    return [
        {
            "service": service.code,
            "name": service.name,
            "series": service.series,
            "general": counts.get(service.code, {}).get(AttentionClass.GENERAL, 0),
            "preferential": counts.get(service.code, {}).get(AttentionClass.PREFERENTIAL, 0),
            "since": _iso(since.get(service.code)),
        }
        for service in rules.services.values()
        if service.kiosk_visible or service.code in counts
    ]


def _line(uow: UnitOfWork, rules: SiteRules) -> list[dict[str, Any]]:
    held = queries.hold_reasons(uow, rules)
    return [
        {
            "ticket_id": each.id,
            "number": each.label,
            "service": each.service,
            "attention_class": each.attention_class,
            "people": each.people,
            "state": each.state,
            "arrived_at": each.arrived_at.isoformat(),
            "due_at": _iso(each.due_at),
            "aimed_at": each.aimed_at,
            "no_shows": each.no_shows,
            "held": held.get(each.id, ""),
        }
        for each in queries.waiting(uow, rules, LISTED)
    ]


def _next(uow: UnitOfWork, rules: SiteRules, counter: str, operator: str) -> dict[str, Any] | None:
    found = heads.next_for(uow, rules, queries.today(uow, rules), counter, operator)
    if found is None:
        return None
    ticket, choice = found
    return {
        "ticket_id": ticket.id,
        "number": ticket.label,
        "attention_class": ticket.attention_class,
        "reason": choice.reason,
    }


def _current(
    request: Request, uow: UnitOfWork, actor: Actor, rules: SiteRules, counter: str
) -> dict[str, Any] | None:
    ticket = queries.open_at(uow, rules.code, counter)
    if ticket is None:
        return None
    body = ticket_body(rules, ticket, None, link_of(request, uow, ticket))
    return {**body, "person": _person(uow, actor, ticket)}


def _person(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> dict[str, Any] | None:
    document = document_for_operator(uow, actor, ticket)
    if document is None:
        return None
    since = uow.now - APPLIED_WITHIN
    found = standings.of_document(uow, actor.site, document.type, document.number, since)
    by_kiosk = shown_at_kiosk(uow, ticket)
    return {
        "document_type": document.type,
        "document_number": document.number,
        "applications": [_application(each, by_kiosk) for each in found],
    }


def _application(standing: Standing, by_kiosk: bool) -> dict[str, Any]:
    taken = standing.taken
    return {
        "number": standing.number if by_kiosk else "",
        "state": standing.state,
        "refusal": standing.refusal,
        "changed_at": standing.changed_at.isoformat(),
        "file": standing.file,
        "taken_by": taken and taken.person,
        "taken_at": taken and taken.at.isoformat(),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None

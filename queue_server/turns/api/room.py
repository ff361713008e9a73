"""What is public in the waiting room: the display's state and the live feed."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.feed import Feed
from queue_server.core.ring import FeedEvent
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import RoomOf
from queue_server.staff.model import Role
from queue_server.turns.api.bodies import wait_body
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import AttentionClass, Ticket
from queue_server.turns.services import estimates, queries
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1", tags=["turns: room"])
PUBLIC_PREFIXES = ("ticket.", "tickets.", "counter.", "help.", "day.", "site.")
# Staff hear besides that something of these happened, not what: their pages then read it anew.
STAFF_PREFIXES = (
    "application.",
    "errand.",
    "claim.",
    "doubt.",
    "return.",
    "wallet.",
    "emptying.",
    "boxes.",
)
STAFF = (Role.COUNTER, Role.CASHIER, Role.SUPERVISOR, Role.ADMINISTRATOR)
LAW_TEXT = (
    "Ley 28683: las personas mayores, gestantes, con niños en brazos o con discapacidad "
    "se atienden primero, sin hacer cola. Si no se cumple, pida el registro de reclamos."
)


class DisplayBody(BaseModel):
    """What a display shows when switched on; it then follows `/api/v1/feed` after `event_id`."""

    site_name: str
    zone: str
    now: str
    event_id: int
    calls: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    announcements: list[str]
    law_text: str


@router.get("/display", response_model=DisplayBody)
async def display(desk: DeskOf, who: RoomOf) -> JSONResponse:
    """The newest calls, newest first. Numbers and counters are public in the room."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        rules = site_rules(uow, actor.site)
        return {
            "site_name": rules.name,
            "zone": rules.zone,
            "now": uow.now.isoformat(),
            "event_id": uow.last_event_id(actor.site),
            "calls": [_call(rules, each) for each in queries.last_called(uow, rules)],
            "waiting": waiting_body(uow, rules),
            "announcements": queries.announcements(uow, rules),
            "law_text": LAW_TEXT,
        }

    return JSONResponse(await desk.look(who, read))


def _call(rules: SiteRules, ticket: Ticket) -> dict[str, Any]:
    counter = rules.counters.get(ticket.counter or "")
    service = rules.services.get(ticket.service)
    return {
        "ticket": ticket.id,
        "number": ticket.label,
        "counter": ticket.counter,
        "counter_name": counter.name if counter else "",
        "attention_class": ticket.attention_class,
        "state": ticket.state,
        "called_at": ticket.called_at.isoformat() if ticket.called_at else None,
        "service_name": service.name if service else ticket.service,
    }


def waiting_body(uow: UnitOfWork, rules: SiteRules) -> list[dict[str, Any]]:
    """Per service: how many wait in each class, and how long a newcomer would."""
    counts = queries.in_line(uow, rules)
    outlook = estimates.outlook(uow, rules)
    general, preferential = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
    return [
        {
            "service": service.code,
            "name": service.name,
            "series": service.series,
            "general": counts.get(service.code, {}).get(general, 0),
            "preferential": counts.get(service.code, {}).get(preferential, 0),
            "wait": wait_body(outlook[service.code, general]),
            "wait_preferential": wait_body(outlook[service.code, preferential]),
        }
        for service in rules.services.values()
        if service.kiosk_visible or service.code in counts
    ]


@router.get("/feed", response_class=StreamingResponse)
async def feed(
    request: Request,
    desk: DeskOf,
    who: RoomOf,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> StreamingResponse:
    """Server-sent events of the queue; resumes after `Last-Event-ID` (or `after`)."""
    live: Feed = request.app.state.feed
    live.admit()
    actor: Actor = await desk.look(who, lambda _, actor: actor)
    start = last_event_id if last_event_id is not None else after
    heard = (*PUBLIC_PREFIXES, *STAFF_PREFIXES) if actor.role in STAFF else PUBLIC_PREFIXES
    stream = live.stream(
        actor.site,
        start,
        lambda kind: kind.startswith(heard),
        shape=_shape,
        welcome=desk.still(who),
    )
    if actor.role == Role.DISPLAY:
        stream = request.app.state.displays.during(actor, stream)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _shape(event: FeedEvent) -> bytes:
    if event.kind.startswith(PUBLIC_PREFIXES):
        return event.encoded
    return FeedEvent(event.id, f"{event.kind.partition('.')[0]}.changed", {}).encoded

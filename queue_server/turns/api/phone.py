"""The holder's phone: place, estimate, call and cancel, behind the link of the ticket."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.feed import Feed
from queue_server.core.idempotency import Reply
from queue_server.core.ring import FeedEvent
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import Public
from queue_server.turns.api.bodies import WaitBody, wait_body
from queue_server.turns.api.guesses import Watched
from queue_server.turns.model.ticket import CALLABLE, Ticket
from queue_server.turns.services import estimates, line
from queue_server.turns.services.my_turn import ticket_of
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1/my-turn", tags=["turns: phone"], dependencies=[Public, Watched])
LinkToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{35}$")]
ALMOST = 2  # people ahead


class MyTurnBody(BaseModel):
    """A ticket as its holder sees it: no personal data. `almost`: time to come back."""

    number: str
    service_name: str
    attention_class: str
    state: str
    ahead: int | None
    wait: WaitBody | None
    almost: bool
    counter_name: str | None
    called_at: str | None
    can_cancel: bool
    site_name: str
    now: str
    event_id: int


@router.get("/{token}", response_model=MyTurnBody)
async def my_turn(token: LinkToken, desk: DeskOf) -> JSONResponse:
    """Where the ticket stands now."""

    def read(uow: UnitOfWork) -> dict[str, Any]:
        return _body(uow, ticket_of(uow, token))

    return JSONResponse(await desk.database.look(read))


@router.post("/{token}/cancel", response_model=MyTurnBody)
async def cancel(
    request: Request, token: LinkToken, desk: DeskOf, key: IdempotencyKey
) -> JSONResponse:
    """The holder does not come any more; only before the call."""

    def holder(uow: UnitOfWork) -> Actor:
        return Actor(ticket_of(uow, token).site, "holder", "phone")

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        cancelled = line.cancel(uow, actor, ticket_of(uow, token).id, "holder")
        return Reply(200, _body(uow, cancelled))

    return await desk.once(request, holder, key, None, work)


@router.get("/{token}/feed", response_class=StreamingResponse)
async def feed(
    request: Request,
    token: LinkToken,
    desk: DeskOf,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> StreamingResponse:
    """A sign of life each time the line moves; the page then asks again where it stands."""
    live: Feed = request.app.state.feed
    live.admit()
    own = await desk.database.look(lambda uow: ticket_of(uow, token))
    start = last_event_id if last_event_id is not None else after

    def sign(event: FeedEvent) -> bytes:
        """What happened, and whether to this very turn; nothing of anybody else's."""
        body = {"number": own.label} if event.body.get("ticket") == own.id else {}
        return FeedEvent(event.id, event.kind, body).encoded

    stream = live.stream(own.site, start, _moves_the_line, shape=sign)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _moves_the_line(kind: str) -> bool:
    return kind.startswith(("ticket", "day."))


def _body(uow: UnitOfWork, ticket: Ticket) -> dict[str, Any]:
    rules = site_rules(uow, ticket.site)
    place = estimates.prospect(uow, rules, ticket)
    service = rules.services.get(ticket.service)
    counter = rules.counters.get(ticket.counter or "")
    return {
        "number": ticket.label,
        "service_name": service.name if service else ticket.service,
        "attention_class": ticket.attention_class,
        "state": ticket.state,
        "ahead": place.ahead if place else None,
        "wait": wait_body(place),
        "almost": place is not None and place.ahead <= ALMOST,
        "counter_name": counter.name if counter else None,
        "called_at": ticket.called_at.isoformat() if ticket.called_at else None,
        "can_cancel": ticket.state in CALLABLE,
        "site_name": rules.name,
        "now": uow.now.isoformat(),
        "event_id": uow.last_event_id(ticket.site),
    }

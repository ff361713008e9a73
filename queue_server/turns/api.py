"""HTTP of the queue: what kiosks ask, what counters do, what displays listen to."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.feed import Feed
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import KioskOf, StaffOf
from queue_server.turns.model.ticket import AttentionClass, IdentityClaim, TicketView
from queue_server.turns.services import call, queries
from queue_server.turns.services.issue import issue

router = APIRouter(prefix="/api/v1", tags=["turns"])
PUBLIC_KINDS = ("ticket.called", "ticket.finished", "ticket.issued")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class IdentityBody(_Body):
    """The identity document shown at the kiosk."""

    type: Annotated[str, Field(pattern=r"^\d{2}$")]
    number: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]
    birth_date: date | None = None


class IssueBody(_Body):
    """A place in the queue for one service."""

    service: Annotated[str, Field(min_length=1, max_length=30)]
    attention_class: AttentionClass = AttentionClass.GENERAL
    document: IdentityBody | None = None


class TicketBody(BaseModel):
    """A ticket as the API shows it; `ahead` counts the people to be called before."""

    ticket_id: str
    number: str
    service: str
    service_name: str
    attention_class: AttentionClass
    state: str
    day: date
    arrived_at: str
    counter: str | None
    ahead: int | None
    site_name: str


def ticket_body(uow: UnitOfWork, actor: Actor, view: TicketView) -> dict[str, Any]:
    """The JSON of a ticket."""
    return TicketBody(
        ticket_id=view.ticket_id,
        number=view.number,
        service=view.service,
        service_name=view.service_name,
        attention_class=view.attention_class,
        state=view.state,
        day=view.day,
        arrived_at=view.arrived_at.isoformat(),
        counter=view.counter,
        ahead=view.ahead,
        site_name=queries.site_name(uow, actor.site),
    ).model_dump(mode="json")


@router.post("/tickets", status_code=201, response_model=TicketBody)
async def issue_ticket(
    request: Request, body: IssueBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Issue a turn; repeated with the same key it answers the same turn."""
    claim = body.document and IdentityClaim(
        body.document.type, body.document.number, body.document.birth_date
    )

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        view = issue(uow, actor, body.service, body.attention_class, claim)
        return Reply(201, ticket_body(uow, actor, view))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/counters/{counter}/call-next", response_model=TicketBody)
async def call_next(
    request: Request, counter: str, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Call whoever is next for this counter; 404 `nobody_waiting` when the line is empty."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        view = call.call_next(uow, actor, counter)
        if view is None:
            raise Problem(404, "nobody_waiting", "No hay nadie esperando para esta ventanilla.")
        return Reply(200, ticket_body(uow, actor, view))

    return await desk.once(request, who, key, None, work)


@router.post("/tickets/{ticket_id}/finish", response_model=TicketBody)
async def finish(
    request: Request, ticket_id: str, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """End the attention of a called turn."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        view = call.finish(uow, actor, ticket_id)
        return Reply(200, ticket_body(uow, actor, view))

    return await desk.once(request, who, key, None, work)


class DisplayBody(BaseModel):
    """What a display shows when switched on; it then follows `/api/v1/feed` after `event_id`."""

    site_name: str
    event_id: int
    calls: list[dict[str, Any]]


@router.get("/display", response_model=DisplayBody)
async def display(request: Request, desk: DeskOf) -> DisplayBody:
    """The newest calls, newest first. Numbers and counters are public in the room."""
    site: str = request.app.state.site

    def read(uow: UnitOfWork) -> DisplayBody:
        calls = [
            {
                "number": view.number,
                "counter": view.counter,
                "counter_name": queries.counter_name(uow, site, view.counter or ""),
                "attention_class": view.attention_class,
                "state": view.state,
            }
            for view in queries.last_called(uow, site)
        ]
        return DisplayBody(
            site_name=queries.site_name(uow, site), event_id=uow.last_event_id(site), calls=calls
        )

    return await desk.database.look(read)


@router.get("/feed", response_class=StreamingResponse)
async def feed(
    request: Request,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> StreamingResponse:
    """Server-sent events of the queue; resumes after `Last-Event-ID` (or `after`)."""
    live: Feed = request.app.state.feed
    live.admit()
    start = last_event_id if last_event_id is not None else after
    stream = live.stream(request.app.state.site, start, PUBLIC_KINDS.__contains__)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

"""What staff do at a counter: sit down, call, issue by hand, pause, close."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import StaffOf, SupervisorOf
from queue_server.turns.api.act import act, give_out
from queue_server.turns.api.bodies import Body, Code, Reason, TicketBody, WishBody
from queue_server.turns.model.ticket import Ticket
from queue_server.turns.services import call, counters
from queue_server.turns.services.issue import issue_by_hand

router = APIRouter(prefix="/api/v1/counters", tags=["turns: counters"])


class DeskBody(BaseModel):
    """A counter now: who sits there since when, and the number that is open at it."""

    counter: str
    state: str
    operator: str | None
    since: str | None
    pause_reason: str
    ticket: str | None
    number: str | None


def desk_body(here: counters.Desk) -> dict[str, str | None]:
    """The JSON of a counter."""
    since = here.since.isoformat() if here.since else None
    names = DeskBody.model_fields
    return {name: since if name == "since" else getattr(here, name) for name in names}


class OpenBody(Body):
    """With `take_over` whoever sits there is signed out of the counter."""

    take_over: bool = False


@router.post("/{counter}/open", response_model=DeskBody)
async def open_counter(
    request: Request,
    counter: Code,
    body: OpenBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Sign in to a counter."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        here = counters.open_counter(uow, actor, counter, take_over=body.take_over)
        return Reply(200, desk_body(here))

    return await desk.once(request, who, key, body.model_dump(), work)


class PauseBody(Body):
    """Why the counter stops calling."""

    reason: Reason


@router.post("/{counter}/pause", response_model=DeskBody)
async def pause_counter(
    request: Request,
    counter: Code,
    body: PauseBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Stop calling for a while."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, desk_body(counters.pause_counter(uow, actor, counter, body.reason)))

    return await desk.once(request, who, key, body.model_dump(), work)


@router.post("/{counter}/close", response_model=DeskBody)
async def close_counter(
    request: Request, counter: Code, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Sign out of a counter."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, desk_body(counters.close_counter(uow, actor, counter)))

    return await desk.once(request, who, key, None, work)


@router.post("/{counter}/call-next", response_model=TicketBody)
async def call_next(
    request: Request, counter: Code, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Call whoever is next for this counter; 404 `nobody_waiting` when the line is empty."""

    def operation(uow: UnitOfWork, actor: Actor) -> Ticket:
        ticket = call.call_next(uow, actor, counter)
        if ticket is None:
            raise Problem(404, "nobody_waiting", "No hay nadie esperando para esta ventanilla.")
        return ticket

    return await act(request, desk, who, key, None, operation)


class CallBody(Body):
    """Which ticket."""

    ticket_id: Annotated[str, Field(max_length=36)]


@router.post("/{counter}/call", response_model=TicketBody)
async def call_this(
    request: Request,
    counter: Code,
    body: CallBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Call one given ticket out of order; the reason of the call says who did."""
    return await act(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda uow, actor: call.call_this(uow, actor, counter, body.ticket_id),
    )


@router.post("/{counter}/tickets", status_code=201, response_model=TicketBody)
async def by_hand(
    request: Request,
    counter: Code,
    body: WishBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Issue a turn by hand, to print or to read out."""
    return await give_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: issue_by_hand(uow, actor, counter, body.wish(), body.claim()),
    )


@router.post("/{counter}/walk-direct", status_code=201, response_model=TicketBody)
async def walk_direct(
    request: Request,
    counter: Code,
    body: WishBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Serve somebody at once who stands at the counter."""
    return await give_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: call.walk_direct(uow, actor, counter, body.wish(), body.claim()),
    )


class ServedBody(Body):
    """One service of a counter; a minute of waiting for it counts `weight` times."""

    service: Code
    weight: Annotated[int, Field(ge=1, le=9)] = 1


class ServicesBody(Body):
    """Everything the counter serves."""

    services: Annotated[list[ServedBody], Field(max_length=50)]


@router.post("/{counter}/services", response_model=ServicesBody)
async def set_services(
    request: Request,
    counter: Code,
    body: ServicesBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Move a counter between services, at once."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        weights = {each.service: each.weight for each in body.services}
        counters.set_services(uow, actor, counter, weights)
        return Reply(200, body.model_dump())

    return await desk.once(request, who, key, body.model_dump(), work)

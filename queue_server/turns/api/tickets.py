"""What staff do with one ticket."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import StaffOf, SupervisorOf
from queue_server.turns.api.act import act
from queue_server.turns.api.bodies import Body, Code, Reason, TicketBody, link_of, printed
from queue_server.turns.model.ticket import AttentionClass
from queue_server.turns.services import attend, blocks, call, day, estimates, help, line, queries
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.undo import undo as undo_last

router = APIRouter(prefix="/api/v1", tags=["turns: tickets"])
TicketId = Annotated[str, Field(max_length=36)]


@router.post("/tickets/{ticket_id}/recall", response_model=TicketBody)
async def recall(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Call the same ticket once more."""
    return await act(request, desk, who, key, None, lambda u, a: call.recall(u, a, ticket_id))


@router.post("/tickets/{ticket_id}/start", response_model=TicketBody)
async def start(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """The called person is here."""
    return await act(request, desk, who, key, None, lambda u, a: attend.start(u, a, ticket_id))


@router.post("/tickets/{ticket_id}/finish", response_model=TicketBody)
async def finish(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """End the attention; a visit with further services goes on in the next one's line."""
    return await act(request, desk, who, key, None, lambda u, a: attend.finish(u, a, ticket_id))


@router.post("/tickets/{ticket_id}/undo", response_model=TicketBody)
async def undo(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Take back a wrong call, finish or no-show within a minute."""
    return await act(request, desk, who, key, None, lambda u, a: undo_last(u, a, ticket_id))


@router.post("/tickets/{ticket_id}/no-show", response_model=TicketBody)
async def no_show(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Nobody came; by the site's rule the ticket may return to the line."""
    return await act(request, desk, who, key, None, lambda u, a: attend.no_show(u, a, ticket_id))


class HoldBody(Body):
    """Why it is put aside; with `return_at` it is called again from then on."""

    reason: Reason
    return_at: AwareDatetime | None = None


@router.post("/tickets/{ticket_id}/hold", response_model=TicketBody)
async def hold(
    request: Request,
    ticket_id: TicketId,
    body: HoldBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Put the ticket aside."""
    return await act(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda u, a: attend.hold(u, a, ticket_id, body.reason, body.return_at),
    )


@router.post("/tickets/{ticket_id}/resume", response_model=TicketBody)
async def resume(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Back into the line, from hold or after a missed call."""
    return await act(request, desk, who, key, None, lambda u, a: line.resume(u, a, ticket_id))


class TransferBody(Body):
    """Where to: a service, and/or one counter or one pool of counters."""

    service: Code | None = None
    counter: Code | None = None
    pool: Code | None = None


@router.post("/tickets/{ticket_id}/transfer", response_model=TicketBody)
async def transfer(
    request: Request,
    ticket_id: TicketId,
    body: TransferBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Send the ticket on; it keeps its arrival time."""
    return await act(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda u, a: line.transfer(u, a, ticket_id, body.service, body.counter, body.pool),
    )


class ClassBody(Body):
    """The attention class, and the declared reason of a preferential one."""

    attention_class: AttentionClass
    reason: Annotated[str, Field(max_length=40)] = ""


@router.post("/tickets/{ticket_id}/class", response_model=TicketBody)
async def change_class(
    request: Request,
    ticket_id: TicketId,
    body: ClassBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Another attention class."""
    return await act(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda u, a: line.change_class(u, a, ticket_id, body.attention_class, body.reason),
    )


class CounterBody(Body):
    """Which counter goes on."""

    counter: Code


@router.post("/tickets/{ticket_id}/take-over", response_model=TicketBody)
async def take_over(
    request: Request,
    ticket_id: TicketId,
    body: CounterBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """An open ticket goes on with whoever asks, at this counter."""
    return await act(
        request,
        desk,
        who,
        key,
        body.model_dump(),
        lambda u, a: attend.take_over(u, a, ticket_id, body.counter),
    )


@router.post("/tickets/{ticket_id}/cancel", response_model=TicketBody)
async def cancel(
    request: Request, ticket_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """The person does not want the turn any more."""
    return await act(
        request, desk, who, key, None, lambda u, a: line.cancel(u, a, ticket_id, "staff")
    )


class FoundBody(BaseModel):
    """Tickets that fit, newest first."""

    tickets: list[TicketBody]


@router.get("/tickets/find", response_model=FoundBody)
async def find(
    request: Request,
    desk: DeskOf,
    who: StaffOf,
    number: Annotated[str | None, Query(max_length=12)] = None,
    type: Annotated[str | None, Query(pattern=r"^\d{2}$")] = None,
    document: Annotated[str | None, Query(pattern=r"^[A-Z0-9]{1,15}$")] = None,
) -> JSONResponse:
    """Find a lost ticket by its number or by the document that was shown, to print it again."""
    if number is None and (type is None or document is None):
        words = "Busque por número de turno, o por tipo y número de documento."
        raise Problem(422, "nothing_to_find", words)

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, object]:
        rules = site_rules(uow, actor.site)
        if number is not None:
            found = queries.find_by_number(uow, rules, number)
        else:
            found = queries.find_by_document(uow, rules, type or "", document or "")
            for each in found:
                uow.looked_at("visit", each.visit)
        shown = [
            printed(rules, each, estimates.prospect(uow, rules, each), link_of(request, uow, each))
            for each in found
        ]
        return {"tickets": shown}

    return JSONResponse(await desk.look(who, read))


class PaperBody(Body):
    """Up to which printed number people were called by voice."""

    series: Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
    up_to: Annotated[int, Field(ge=1, le=999_999)]


class PaperCalledBody(BaseModel):
    """How many tickets are over by that."""

    finished: int


@router.post("/paper-calls", response_model=PaperCalledBody)
async def called_on_paper(
    request: Request, body: PaperBody, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """After the server was away: numbers up to this one were called on paper."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        over = blocks.called_on_paper(uow, actor, body.series, body.up_to)
        return Reply(200, {"finished": len(over)})

    return await desk.once(request, who, key, body.model_dump(), work)


class AcknowledgedBody(BaseModel):
    """The call for help somebody goes to."""

    id: str


@router.post("/help/{help_id}/acknowledge", response_model=AcknowledgedBody)
async def acknowledge_help(
    request: Request, help_id: TicketId, desk: DeskOf, key: IdempotencyKey, who: StaffOf
) -> JSONResponse:
    """Say that one goes there."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        help.acknowledge_help(uow, actor, help_id)
        return Reply(200, {"id": help_id})

    return await desk.once(request, who, key, None, work)


class DayBody(BaseModel):
    """How a closed day ended, in tickets."""

    day: str
    expired: int
    carried: int
    finished: int


@router.post("/day/close", response_model=DayBody)
async def close_day(
    request: Request, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """Close the day: the rest expires or is carried over by the site's policy."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        closed = day.close_day(uow, actor)
        counts = {name: len(closed[name]) for name in ("expired", "carried", "finished")}
        return Reply(200, {"day": closed["day"], **counts})

    return await desk.once(request, who, key, None, work)

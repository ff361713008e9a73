"""What kiosks ask of the queue: a turn, a block of numbers, a person's help."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import KioskOf
from queue_server.turns.api.act import give_out
from queue_server.turns.api.bodies import Body, Code, Reason, TicketBody, WishBody, ticket_body
from queue_server.turns.services import blocks, help
from queue_server.turns.services.issue import issue
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1", tags=["turns: kiosks"])
MAX_BLOCK = 200
PositiveNumber = Annotated[int, Field(ge=1, le=999_999)]


@router.post("/tickets", status_code=201, response_model=TicketBody)
async def issue_ticket(
    request: Request, body: WishBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Issue a turn; repeated with the same key it answers the same turn."""
    return await give_out(
        request,
        desk,
        who,
        key,
        body.model_dump(mode="json"),
        lambda uow, actor: issue(uow, actor, body.wish(), body.claim()),
    )


class ReserveBody(Body):
    """How many numbers of which service."""

    service: Code
    size: Annotated[int, Field(ge=1, le=MAX_BLOCK)] = 50


class BlockBody(BaseModel):
    """Numbers `first` to `last` of a series, this kiosk's alone until `expires_at`."""

    id: str
    service: str
    series: str
    day: date
    first: int
    last: int
    expires_at: str


@router.post("/blocks", status_code=201, response_model=BlockBody)
async def reserve_block(
    request: Request, body: ReserveBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Reserve numbers to give out while the server is away."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        block = blocks.reserve(uow, actor, body.service, body.size)
        days = {"day": block.day.isoformat(), "expires_at": block.expires_at.isoformat()}
        return Reply(201, {**vars(block), **days})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class SlipBody(WishBody):
    """A ticket the kiosk printed on its own."""

    ticket_id: UUID
    number: PositiveNumber
    issued_at: AwareDatetime

    def slip(self) -> blocks.Slip:
        """As the services take it."""
        return blocks.Slip(
            str(self.ticket_id), self.number, self.wish(), self.issued_at, self.claim()
        )


class MergeBody(Body):
    """Tickets given out from a block, and the kiosk's clock when it sends them."""

    kiosk_now: AwareDatetime
    tickets: Annotated[list[SlipBody], Field(min_length=1, max_length=MAX_BLOCK)]


class MergedBody(BaseModel):
    """The tickets as they stand now, in the order they were sent."""

    tickets: list[dict[str, Any]]


@router.post("/blocks/{block_id}/tickets", response_model=MergedBody)
async def merge_block(
    request: Request,
    block_id: UUID,
    body: MergeBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Bring tickets that were given out offline into the line."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        slips = [each.slip() for each in body.tickets]
        merged = blocks.merge(uow, actor, str(block_id), body.kiosk_now, slips)
        rules = site_rules(uow, actor.site)
        return Reply(200, {"tickets": [ticket_body(rules, ticket) for ticket in merged]})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class HelpBody(Body):
    """Why somebody needs a person."""

    reason: Reason = "ayuda"


class HelpCallBody(BaseModel):
    """An open call for help."""

    id: str
    place: str
    reason: str
    raised_at: str


@router.post("/help", status_code=201, response_model=HelpCallBody)
async def raise_help(
    request: Request, body: HelpBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Ask for a person at this kiosk; while the call is open it stays the same one."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(201, help_body(help.raise_help(uow, actor, body.reason)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


def help_body(call: help.HelpCall) -> dict[str, str]:
    """The JSON of a call for help."""
    return {**vars(call), "raised_at": call.raised_at.isoformat()}

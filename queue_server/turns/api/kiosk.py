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
from queue_server.turns.api.bodies import (
    Body,
    Code,
    Reason,
    SlipLineBody,
    TicketBody,
    WishBody,
    ticket_body,
)
from queue_server.turns.services import blocks, help, lost_reply
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


class WindowBody(BaseModel):
    """When tickets are given out: from `begins` until before `ends`, with the site's offset."""

    begins: str
    ends: str


class OfflineSlipsBody(BaseModel):
    """The paper of each class, with places for `{number}`, `{day}` and `{time}`."""

    general: list[SlipLineBody]
    preferential: list[SlipLineBody]


class BlockBody(BaseModel):
    """Numbers `first` to `last` of a series, this kiosk's alone until `expires_at`."""

    id: str
    service: str
    series: str
    day: date
    first: int
    last: int
    reserved_at: str
    expires_at: str
    windows: list[WindowBody]
    slips: OfflineSlipsBody


@router.post("/blocks", status_code=201, response_model=BlockBody)
async def reserve_block(
    request: Request, body: ReserveBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Reserve numbers to give out while the server is away."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(201, block_body(blocks.reserve(uow, actor, body.service, body.size)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


def block_body(block: blocks.Block) -> dict[str, Any]:
    """The JSON of a block."""
    return {
        **vars(block),
        "day": block.day.isoformat(),
        "reserved_at": block.reserved_at.isoformat(),
        "expires_at": block.expires_at.isoformat(),
        "windows": [
            {"begins": begins.isoformat(), "ends": ends.isoformat()}
            for begins, ends in block.windows
        ],
        "slips": {
            who: [{"style": line.style, "text": line.text} for line in lines]
            for who, lines in block.slips.items()
        },
    }


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


class LostReplyBody(Body):
    """The key of a `POST /tickets` whose answer never came."""

    request: UUID


class LostTicketBody(BaseModel):
    """What that request had issued: `none`, `cancelled` now, `over` already, or `attended`."""

    outcome: lost_reply.Outcome
    number: str | None


@router.post("/lost-replies", response_model=LostTicketBody)
async def withdraw_lost(
    request: Request, body: LostReplyBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Nobody waits for the answer of that request any more: what it issued is withdrawn.

    Sent under the request's own key first, which spends it: the request can then never be carried
    out. 422 `key_reused` says that it was; then sent under a key of its own.
    """

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        lost = lost_reply.withdraw(uow, actor, str(body.request))
        return Reply(200, {"outcome": lost.outcome, "number": lost.number})

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


class HelpStandsBody(BaseModel):
    """How this kiosk's call for help stands; `acknowledged`: somebody is on the way."""

    state: help.CallState


@router.get("/help", response_model=HelpStandsBody)
async def help_stands(desk: DeskOf, who: KioskOf) -> HelpStandsBody:
    """Whether somebody comes to this kiosk."""
    state = await desk.look(who, lambda uow, actor: help.call_of(uow, actor.site, actor.name))
    return HelpStandsBody(state=state)


def help_body(call: help.HelpCall) -> dict[str, str]:
    """The JSON of a call for help."""
    return {**vars(call), "raised_at": call.raised_at.isoformat()}

"""Taking boxes out of a kiosk and counting them, as staff order it."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from queue_server.core.desk import Desk, DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body
from queue_server.payments.api.boxes import (
    MOST_BOXES,
    Coins,
    PiecesByWorth,
    Serial,
    StandingBody,
    standing,
)
from queue_server.payments.model.boxes import HopperCount, Reason
from queue_server.payments.services import box_counts, emptyings
from queue_server.payments.services.box_counts import Found
from queue_server.payments.services.emptyings import Emptying
from queue_server.staff.api import CashierOf, SupervisorOf

router = APIRouter(prefix="/api/v1/cash-boxes/emptyings", tags=["payments: cash boxes"])
Step = Callable[[UnitOfWork, Actor, str], Emptying]


async def _step(
    request: Request, desk: Desk, who: Identify, key: str, emptying: UUID, take: Step
) -> JSONResponse:
    """Take a step that needs no words, at most once; the answer is how the emptying stands."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(take(uow, actor, str(emptying))))

    return await desk.once(request, who, key, None, work)


class AskBody(Body):
    """Which boxes of which kiosk are to be taken out."""

    kiosk: Annotated[str, Field(min_length=1, max_length=40)]
    serials: Annotated[list[Serial], Field(min_length=1, max_length=MOST_BOXES)]


@router.post("", status_code=201, response_model=StandingBody)
async def ask(
    request: Request, body: AskBody, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Begin to take boxes out; another person confirms within ten minutes."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(201, standing(emptyings.ask(uow, actor, body.kiosk, body.serials)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/{emptying}/confirm", response_model=StandingBody)
async def confirm(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Confirm as the second person, with a session of one's own."""
    return await _step(request, desk, who, key, emptying, emptyings.confirm)


@router.post("/{emptying}/cancel", response_model=StandingBody)
async def cancel(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Give it up before the kiosk begins."""
    return await _step(request, desk, who, key, emptying, emptyings.cancel)


@router.post("/{emptying}/placed", response_model=StandingBody)
async def placed(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Say that the boxes are in their places: the kiosk takes cash again."""
    return await _step(request, desk, who, key, emptying, emptyings.placed)


class CountedBoxBody(Body):
    """What was found in one box: `pieces` (céntimos -> how many), or of a hopper the coins in it
    (null: not counted), put in and taken out."""

    id: UUID
    pieces: PiecesByWorth | None = None
    found_coins: Coins | None = None
    loaded_coins: Coins = 0
    taken_coins: Coins = 0

    def found(self) -> Found:
        """The domain's own form of it."""
        if self.pieces is not None:
            return {int(worth): count for worth, count in self.pieces.items()}
        return HopperCount(self.found_coins, self.loaded_coins, self.taken_coins)


class CountBody(Body):
    """What was found in every box of an emptying."""

    boxes: Annotated[list[CountedBoxBody], Field(min_length=1, max_length=MOST_BOXES)]


@router.post("/{emptying}/count", response_model=StandingBody)
async def enter(
    request: Request,
    emptying: UUID,
    body: CountBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: CashierOf,
) -> JSONResponse:
    """Enter what was found; nothing is compared before another person confirms it."""
    found = {str(each.id): each.found() for each in body.boxes}

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(box_counts.enter(uow, actor, str(emptying), found)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/{emptying}/count/confirm", response_model=StandingBody)
async def confirm_count(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Confirm what another person counted; then it is compared."""
    return await _step(request, desk, who, key, emptying, box_counts.confirm)


@router.post("/{emptying}/count/again", response_model=StandingBody)
async def count_again(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Drop what was entered and count again; of a count that differs only a supervisor may."""
    return await _step(request, desk, who, key, emptying, box_counts.again)


class ExplainBody(Body):
    """Why a count differs."""

    reason: Reason


@router.post("/{emptying}/explain", response_model=StandingBody)
async def explain(
    request: Request,
    emptying: UUID,
    body: ExplainBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Close a difference, and say why it is there."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(box_counts.explain(uow, actor, str(emptying), body.reason)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

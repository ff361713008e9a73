"""Cash boxes and emptyings as kiosks speak of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body
from queue_server.payments.model.boxes import (
    COUNTED,
    MOST_PIECES,
    CopyState,
    EmptyingState,
    Filling,
    Level,
    Sort,
)
from queue_server.payments.services import boxes, emptyings
from queue_server.payments.services.boxes import ToldBox
from queue_server.payments.services.emptyings import Emptying
from queue_server.staff.api import KioskOf
from queue_server.turns.services.rules import site_rules

router = APIRouter(prefix="/api/v1", tags=["payments: cash boxes"])
MOST_BOXES = 12
Serial = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\x21-\x7e]+$")]
# Céntimos, written as JSON writes the names of an object.
Worth = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}$")]
Pieces = Annotated[int, Field(ge=0, le=MOST_PIECES)]
PiecesByWorth = Annotated[dict[Worth, Pieces], Field(max_length=20)]
Coins = Annotated[int, Field(ge=0, le=MOST_PIECES)]


class ToldBoxBody(Body):
    """One box as its kiosk has it. `pieces`: céntimos -> how many lie in it, of an acceptor's;
    a hopper has coins of one worth that were given, or of which nobody knows."""

    id: UUID
    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    serial: Serial
    device: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]
    sort: Sort
    coin_centimos: Annotated[int, Field(ge=0, le=100_000)]
    capacity: Annotated[int, Field(ge=1, le=MOST_PIECES)]
    level: Level
    revision: Annotated[int, Field(ge=0, lt=2**63)]
    pieces: PiecesByWorth
    given_coins: Coins
    doubtful_coins: Coins
    start_coins: Coins | None
    lost: bool
    opened_at: AwareDatetime

    def box(self) -> ToldBox:
        """The domain's own form of it."""
        pieces = {int(worth): count for worth, count in self.pieces.items()}
        return ToldBox(
            self.id,
            self.number,
            self.serial,
            self.device,
            self.sort,
            self.coin_centimos,
            self.capacity,
            self.level,
            self.revision,
            Filling(pieces, self.given_coins, self.doubtful_coins),
            self.start_coins,
            self.lost,
            self.opened_at,
        )


ToldBoxes = Annotated[list[ToldBoxBody], Field(max_length=MOST_BOXES)]


class BoxesBody(Body):
    """The boxes that are in their places at a kiosk."""

    boxes: ToldBoxes


@router.post("/boxes", status_code=204, response_class=Response)
async def tell(body: BoxesBody, desk: DeskOf, who: KioskOf) -> Response:
    """Take a kiosk's word on its boxes; sent again or overtaken it changes nothing."""
    told = [each.box() for each in body.boxes]
    await desk.change(who, lambda uow, actor: boxes.tell(uow, actor, told))
    return Response(status_code=204)


class LeftBody(BaseModel):
    """How many coins were in a hopper after its count."""

    serial: str
    coins: int


class OrderBody(BaseModel):
    """One emptying, for its kiosk. `count`: the number of the last confirmed count, 0 before; what
    it left in the hoppers, and the acceptors that were counted, are beside it."""

    id: UUID
    state: EmptyingState
    serials: list[str]
    asked_by: str
    confirmed_by: str | None
    placed: bool
    count: int
    left: list[LeftBody]


class OrdersBody(BaseModel):
    """What a kiosk must know of its boxes. `last_number`: the highest a box of it ever had here."""

    site_name: str
    zone: str
    last_number: int
    emptyings: list[OrderBody]


@router.get("/emptyings", response_model=OrdersBody)
async def orders(desk: DeskOf, who: KioskOf) -> JSONResponse:
    """What this kiosk shall do with its boxes, and what became of those it gave out."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        rules = site_rules(uow, actor.site)
        return {
            "site_name": rules.name,
            "zone": rules.zone,
            "last_number": boxes.last_number(uow, actor.site, actor.name),
            "emptyings": [_order(uow, each) for each in emptyings.for_kiosk(uow, actor)],
        }

    return JSONResponse(await desk.look(who, read))


def _order(uow: UnitOfWork, of: Emptying) -> dict[str, Any]:
    counted = boxes.of(uow, {of.id}) if of.state in COUNTED else []
    return {
        "id": of.id,
        "state": of.state,
        "serials": list(of.serials),
        "asked_by": of.asked_by,
        "confirmed_by": of.confirmed_by,
        "placed": of.placed_at is not None,
        "count": of.counts if of.state in COUNTED else 0,
        "left": [
            {"serial": each.serial, "coins": each.left_coins}
            for each in counted
            if each.left_coins is not None
        ],
    }


class StandingBody(BaseModel):
    """Where an emptying stands."""

    id: UUID
    state: EmptyingState


@router.post("/emptyings/{emptying}/taken", response_model=StandingBody)
async def take(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Ask whether it may still be carried out; nothing is closed before the answer."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(emptyings.take(uow, actor, str(emptying))))

    return await desk.once(request, who, key, None, work)


class ClosedBody(Body):
    """The boxes that were ended, with what should lie in them, and those that began there."""

    closed_at: AwareDatetime
    ended: ToldBoxes
    begun: ToldBoxes


@router.post("/emptyings/{emptying}/closed", response_model=StandingBody)
async def closed(
    request: Request,
    emptying: UUID,
    body: ClosedBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Tell that it was carried out. What has happened is taken, however late it is told."""
    ended, begun = [each.box() for each in body.ended], [each.box() for each in body.begun]

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = emptyings.closed(uow, actor, str(emptying), body.closed_at, ended, begun)
        return Reply(200, standing(done))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class SlipBody(Body):
    """What a kiosk knows about one copy of the paper."""

    copy_number: Literal[1, 2]
    state: CopyState


@router.post("/emptyings/{emptying}/slip", response_model=StandingBody)
async def slip(
    request: Request,
    emptying: UUID,
    body: SlipBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Tell what is known about a copy of the paper; each is printed at most once."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = emptyings.slip(uow, actor, str(emptying), body.copy_number, body.state)
        return Reply(200, standing(done))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/emptyings/{emptying}/in-place", response_model=StandingBody)
async def in_place(
    request: Request, emptying: UUID, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Tell that the devices themselves saw every box come back."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(emptyings.placed(uow, actor, str(emptying))))

    return await desk.once(request, who, key, None, work)


class AdoptedBody(Body):
    """The number of the count that was taken over."""

    count: Annotated[int, Field(ge=1, le=10_000)]


@router.post("/emptyings/{emptying}/adopted", response_model=StandingBody)
async def adopted(
    request: Request,
    emptying: UUID,
    body: AdoptedBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Tell that hoppers begin with what was counted, and devices that had lost count serve."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, standing(emptyings.adopted(uow, actor, str(emptying), body.count)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


def standing(of: Emptying) -> dict[str, Any]:
    """Where it stands, as every order about it is answered."""
    return StandingBody(id=UUID(of.id), state=of.state).model_dump(mode="json")

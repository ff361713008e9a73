"""HTTP of a restore: kiosks ask whether there was one, and say what they still know."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.backup import told_again
from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import KioskOf
from queue_server.turns.api.bodies import Body, Code

router = APIRouter(prefix="/api/v1", tags=["backup: kiosks"])
MOST = 200
Number = Annotated[int, Field(ge=1, le=999_999)]


class RestorationBody(BaseModel):
    """The newest restore; `event` 0: there was none. `made_at`: what the server still knows."""

    event: int
    made_at: datetime | None = None


@router.get("/restorations", response_model=RestorationBody)
async def newest_restoration(desk: DeskOf, who: KioskOf) -> RestorationBody:
    """Whether this server goes on from an older copy of itself."""
    found = await desk.look(who, lambda uow, actor: told_again.restoration(uow, actor.site))
    if found is None:
        return RestorationBody(event=0)
    return RestorationBody(event=found.event, made_at=found.made_at)


class KnownBlockBody(Body):
    """A block that this kiosk holds."""

    id: UUID
    service: Code
    first: Number
    last: Number
    reserved_at: AwareDatetime


class KnownTurnBody(Body):
    """A turn that this kiosk gave out; `id`: that of its request."""

    id: UUID
    number: Annotated[str, Field(pattern=r"^[A-Z]{1,2}-\d{3,6}$")]
    at: AwareDatetime


class RememberedBody(Body):
    """What this kiosk remembers of the lost time."""

    blocks: Annotated[list[KnownBlockBody], Field(default_factory=list, max_length=MOST)]
    turns: Annotated[list[KnownTurnBody], Field(default_factory=list, max_length=MOST)]


class TakenBody(BaseModel):
    """How much of it the server did not know."""

    blocks: int
    turns: int


@router.post("/restorations/{event}/remembered", response_model=TakenBody)
async def remember(
    request: Request,
    event: int,
    body: RememberedBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Give the server back what it lost; told again, it changes nothing."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        blocks = [
            told_again.KnownBlock(
                str(each.id), each.service, each.first, each.last, each.reserved_at
            )
            for each in body.blocks
            if each.first <= each.last
        ]
        given = [told_again.KnownTurn(str(each.id), each.number, each.at) for each in body.turns]
        took = told_again.remember(uow, actor, event, blocks, given)
        return Reply(200, {"blocks": took[0], "turns": took[1]})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

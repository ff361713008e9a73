"""What waits to leave the site, and what of it needs a person: for supervisors."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from queue_server.core import outbox
from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.feed import LARGEST_ID
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import dead_end, parked
from queue_server.issuance.services.parked import Stuck
from queue_server.staff.api import SupervisorOf

router = APIRouter(prefix="/api/v1/errands", tags=["issuance: errands"])
ErrandId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class ErrandBody(BaseModel):
    """One errand that is tried no more. `number`: of the application it is about.

    `reason`: why the last try failed, a word of a program. `attempts`: how often it was tried.
    """

    id: int
    kind: str
    number: str | None
    reason: str
    since: str
    attempts: int


class ParkedBody(BaseModel):
    """What needs a person, oldest first, at most 200."""

    errands: list[ErrandBody]


@router.get("/parked", response_model=ParkedBody)
async def parked_errands(desk: DeskOf, who: SupervisorOf) -> JSONResponse:
    """The errands that a person must look at."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        return {"errands": [_body(each) for each in parked.stuck(uow, actor.site)]}

    return JSONResponse(await desk.look(who, read))


class TakenUpBody(BaseModel):
    """The errand that is tried again."""

    id: int


@router.post("/{errand}/take-up", response_model=TakenUpBody)
async def take_up(
    request: Request, errand: ErrandId, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """Let it be tried again, at once."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        outbox.take_up(uow, actor, errand)
        return Reply(200, {"id": errand})

    return await desk.once(request, who, key, None, work)


class GivenBackBody(BaseModel):
    """The errand that was ended."""

    id: int


@router.post("/{errand}/give-back", response_model=GivenBackBody)
async def give_back(
    request: Request, errand: ErrandId, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """There is no way out: end it, and owe back what was paid for its application."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        dead_end.give_back(uow, actor, errand)
        return Reply(200, {"id": errand})

    return await desk.once(request, who, key, None, work)


def _body(errand: Stuck) -> dict[str, Any]:
    return {
        "id": errand.id,
        "kind": errand.kind,
        "number": errand.number,
        "reason": errand.reason,
        "since": errand.since.isoformat(),
        "attempts": errand.attempts,
    }

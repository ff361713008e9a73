"""What a kiosk has to give back, because the centre refused what was paid for."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import whose
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import ReturnState
from queue_server.payments.services import returns
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["payments: returns"])


class OwedBody(BaseModel):
    """Money that must go back. `same_day`: the payment is of today, local; a terminal reverses on
    that day only."""

    payment_id: UUID
    application: UUID
    number: str
    means: Means
    amount_centimos: int
    state: ReturnState
    same_day: bool


class OwedListBody(BaseModel):
    """What this kiosk has to give back, oldest first, at most 200."""

    returns: list[OwedBody]


@router.get("/api/v1/returns", response_model=OwedListBody)
async def owed(desk: DeskOf, who: KioskOf) -> JSONResponse:
    """What was paid at this kiosk for an application that the centre refused, and is not back."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = returns.of_kiosk(uow, actor)
        faces = whose.faces(uow, actor.site, {each.application for each in found})
        today = returns.today(uow, actor.site)
        return {
            "returns": [
                {
                    "payment_id": each.payment,
                    "application": each.application,
                    "number": faces[each.application].number,
                    "means": each.means,
                    "amount_centimos": each.amount_centimos,
                    "state": each.state,
                    "same_day": each.day == today,
                }
                for each in found
            ]
        }

    return JSONResponse(await desk.look(who, read))

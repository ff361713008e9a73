"""A person at a kiosk asks where their claim stands, by the code on its slip."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body
from queue_server.payments.api.claims import tried
from queue_server.payments.model.claims import ClaimState, Settled
from queue_server.payments.services import claims
from queue_server.staff.api import KioskOf

router = APIRouter(prefix="/api/v1/followed", tags=["payments: claims"])


class FollowClaimBody(Body):
    """The code as it was typed."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class FollowedClaimBody(BaseModel):
    """Where a claim stands; never its code."""

    state: ClaimState
    amount_centimos: int
    withdrawn: Settled | None


@router.post("/claims", response_model=FollowedClaimBody)
async def follow_claim(
    request: Request, body: FollowClaimBody, desk: DeskOf, who: KioskOf
) -> FollowedClaimBody:
    """Where a claim stands, for who holds its code."""

    def read(uow: UnitOfWork, _: Actor) -> FollowedClaimBody:
        found = claims.followed(uow, body.code)
        if found is None:
            words = "No hay un reclamo con ese código. Revíselo en el papel."
            raise Problem(404, "unknown_claim", words)
        claim = found[1]
        return FollowedClaimBody(
            state=claim.state,
            amount_centimos=claim.amount_centimos,
            withdrawn=claim.withdrawn_for,
        )

    async with tried(request, desk, who):
        return await desk.look(who, read)

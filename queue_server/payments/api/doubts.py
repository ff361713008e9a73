"""Payments in doubt: told by kiosks, looked into and settled by staff."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body, Centimos, Word
from queue_server.payments.api.claims import ClaimMeans, CodeBody
from queue_server.payments.model.doubts import Doubt, Ended, Finding, NewDoubt, Proof
from queue_server.payments.services import doubts
from queue_server.staff.api import KioskOf, ResolverOf, SupervisorOf

router = APIRouter(prefix="/api/v1/doubts", tags=["payments: doubts"])


class TellDoubtBody(Body):
    """A payment whose outcome is not known. `why`: a word of the kiosk's program."""

    payment_id: UUID
    application: UUID | None = None
    means: ClaimMeans
    amount_centimos: Centimos
    since: AwareDatetime
    why: Word

    def doubt(self) -> NewDoubt:
        """The domain's own form of it."""
        return NewDoubt(
            self.payment_id,
            self.application,
            self.means,
            self.amount_centimos,
            self.since,
            self.why,
        )


class SettledBody(Body):
    """The definite answer."""

    ended: Ended


class DoubtBody(BaseModel):
    """Where a doubt stands. `ended`: the answer that counts, null while there is none.

    `contradicted`: staff and kiosk gave different answers; a person looks at both.
    """

    payment_id: UUID
    ended: Ended | None
    contradicted: bool


@router.post("", response_model=DoubtBody)
async def tell(
    request: Request, body: TellDoubtBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Tell of a payment in doubt; told again, the newer words count. One that has ended stays so,
    and the answer says how."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, _body(doubts.tell(uow, actor, body.doubt())))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/{payment}/settled", response_model=DoubtBody)
async def settle(
    request: Request,
    payment: UUID,
    body: SettledBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """End a doubt with the definite answer of whoever knows."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, _body(doubts.settle(uow, actor, str(payment), body.ended)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class NoteBody(Body):
    """What staff did or saw."""

    finding: Finding


@router.post("/{payment}/note", response_model=DoubtBody)
async def note(
    request: Request,
    payment: UUID,
    body: NoteBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: ResolverOf,
) -> JSONResponse:
    """Note what was done about it; that ends nothing."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, _body(doubts.note(uow, actor, str(payment), body.finding)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class StaffSettledBody(Body):
    """A supervisor's definite answer, and what it rests on."""

    ended: Literal[Ended.CHARGED, Ended.NOT_CHARGED]
    proof: Proof


@router.post("/{payment}/staff-settled", response_model=DoubtBody)
async def settle_by_staff(
    request: Request,
    payment: UUID,
    body: StaffSettledBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """End a doubt by what a terminal's journal or a statement shows."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = doubts.settle_by_staff(uow, actor, str(payment), body.ended, body.proof)
        return Reply(200, _body(done))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/{payment}/claim", status_code=201, response_model=CodeBody)
async def claim(
    request: Request, payment: UUID, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """Make a claim of a payment that was charged and stands for nothing."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        made, code = doubts.claim_charged(uow, actor, str(payment))
        return Reply(201, {"id": made, "code": code})

    return await desk.once(request, who, key, None, work)


def _body(doubt: Doubt) -> dict[str, Any]:
    return DoubtBody(
        payment_id=UUID(doubt.payment), ended=doubt.ended, contradicted=doubt.contradicted
    ).model_dump(mode="json")

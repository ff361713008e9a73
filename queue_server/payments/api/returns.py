"""Money that must go back: what kiosks say of it, and what a supervisor decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body
from queue_server.payments.api.claims import CodeBody
from queue_server.payments.model.doubts import Proof
from queue_server.payments.model.paid import CARD_TEXT
from queue_server.payments.model.returns import Evidence, Result, ReturnState
from queue_server.payments.services import returns, returns_as_claims
from queue_server.staff.api import KioskOf, SupervisorOf

router = APIRouter(prefix="/api/v1/returns", tags=["payments: returns"])


class EvidenceBody(Body):
    """What the terminal proved of a reversal; no other card field is accepted."""

    terminal_id: Annotated[str, Field(max_length=CARD_TEXT)]
    rrn: Annotated[str, Field(max_length=CARD_TEXT)]
    stan: Annotated[str, Field(max_length=CARD_TEXT)]
    authorisation_code: Annotated[str, Field(max_length=CARD_TEXT)]
    at: AwareDatetime


class AnswerBody(Body):
    """What a kiosk says of a return. `claim_id`: the claim it made of what it could not give."""

    result: Result
    claim_id: UUID | None = None
    evidence: EvidenceBody | None = None


class ReturnBody(BaseModel):
    """Where a return stands."""

    payment_id: UUID
    state: ReturnState


@router.post("/{payment}", response_model=ReturnBody)
async def answer(
    request: Request,
    payment: UUID,
    body: AnswerBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Say how a return goes on. `under_way` first: only after its answer may anything be given."""

    def may_begin(uow: UnitOfWork) -> Actor:
        """Who asks; a repetition too is answered by what is true now."""
        actor = who(uow)
        if body.result is Result.UNDER_WAY:
            returns.refuse_settled(uow, actor.site, str(payment))
        return actor

    told = body.evidence
    evidence = None if told is None else Evidence(**told.model_dump())

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        state = returns.answer(uow, actor, str(payment), body.result, body.claim_id, evidence)
        return Reply(200, {"payment_id": str(payment), "state": state})

    return await desk.once(request, may_begin, key, body.model_dump(mode="json"), work)


class ToClaimBody(Body):
    """`proof` that nothing was given back; needed where the kiosk may have begun."""

    proof: Proof | None = None


@router.post("/{payment}/claim", status_code=201, response_model=CodeBody)
async def turn_into_claim(
    request: Request,
    payment: UUID,
    body: ToClaimBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Make a claim of what its kiosk cannot give back."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        made, code = returns_as_claims.turn_into_claim(uow, actor, str(payment), body.proof)
        return Reply(201, {"id": made, "code": code})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class FoundReturnedBody(Body):
    """What shows that it went back."""

    proof: Proof


@router.post("/{payment}/found-returned", response_model=ReturnBody)
async def found_returned(
    request: Request,
    payment: UUID,
    body: FoundReturnedBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Say that its kiosk gave it back, by what a terminal's journal or a count shows."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        returns_as_claims.found_returned(uow, actor, str(payment), body.proof)
        return Reply(200, {"payment_id": str(payment), "state": ReturnState.RETURNED})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

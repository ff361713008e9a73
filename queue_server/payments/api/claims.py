"""Claims: told by kiosks, redeemed at a window by whoever brings the code."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from queue_server.core.desk import Desk, DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.api.bodies import Body, Centimos, PieceBody
from queue_server.payments.model.cash import MOST_PIECES
from queue_server.payments.model.claim_code import typed_code
from queue_server.payments.model.claims import (
    Claim,
    ClaimReason,
    ClaimState,
    Given,
    NewClaim,
    News,
    Settled,
)
from queue_server.payments.model.doubts import Proof
from queue_server.payments.model.paid import Means
from queue_server.payments.services import claims, doubts, told, wallet_claims
from queue_server.staff.api import CashierOf, KioskOf, SupervisorOf
from queue_server.staff.services.guesses import GuessLimit

router = APIRouter(prefix="/api/v1/claims", tags=["payments: claims"])
log = structlog.get_logger("claims")
ClaimMeans = Literal[Means.CARD, Means.CASH, Means.WALLET]


def _is_code(text: str) -> str:
    code = typed_code(text)
    if code is None:
        raise PydanticCustomError("claim_code", "El código del reclamo no es válido.")
    return code


class MakeClaimBody(Body):
    """A claim as its slip says it. `code`: with or without dashes.

    `proven`: the money was taken, as far as the kiosk can prove it; until then nothing is given for
    it. `pieces`: notes and coins that belong to no paid application and no other claim.
    """

    id: UUID
    code: Annotated[str, Field(min_length=10, max_length=20), AfterValidator(_is_code)]
    application: UUID | None = None
    payment_id: UUID | None = None
    means: ClaimMeans
    amount_centimos: Centimos
    reason: ClaimReason
    proven: bool
    made_at: AwareDatetime
    pieces: Annotated[list[PieceBody], Field(default_factory=list, max_length=MOST_PIECES)]

    @model_validator(mode="after")
    def _fits(self) -> "MakeClaimBody":
        if self.reason is ClaimReason.PAID_BUT_REFUSED and self.payment_id is None:
            raise PydanticCustomError("claim_payment", "Diga por qué pago es el reclamo.")
        if self.reason is ClaimReason.REFUND_REFUSED:
            raise PydanticCustomError("claim_reason", "Este reclamo lo hace el personal.")
        if self.pieces and self.means is not Means.CASH:
            raise PydanticCustomError("claim_pieces", "Solo el efectivo tiene piezas.")
        return self

    def claim(self) -> NewClaim:
        """The domain's own form of it."""
        return NewClaim(
            self.id,
            self.code,
            self.application,
            self.payment_id,
            self.means,
            self.amount_centimos,
            self.reason,
            self.proven,
            self.made_at,
            tuple(each.piece() for each in self.pieces),
        )


class NewsBody(Body):
    """What a kiosk learned of its claim: a smaller amount, that the money was taken, or that it was
    settled otherwise. At least one of them."""

    amount_centimos: Centimos | None = None
    proven: Literal[True] | None = None
    withdrawn: Settled | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "NewsBody":
        if self.amount_centimos is None and self.proven is None and self.withdrawn is None:
            raise PydanticCustomError("news", "Diga qué cambió en el reclamo.")
        return self


class ClaimBody(BaseModel):
    """Where a claim stands; never its code."""

    id: UUID
    state: ClaimState
    amount_centimos: int
    reason: ClaimReason
    means: Means
    withdrawn: Settled | None


@router.post("", status_code=201, response_model=ClaimBody)
async def make(
    request: Request, body: MakeClaimBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Tell of a claim whose slip was printed. Told again, it stands as it stands."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(201, _body(told.make(uow, actor, body.claim())))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/{claim}/news", response_model=ClaimBody)
async def hear(
    request: Request, claim: UUID, body: NewsBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Tell what was learned of a claim later. One that was redeemed never changes."""
    news = News(body.amount_centimos, body.proven or False, body.withdrawn)

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, _body(told.hear(uow, actor, str(claim), news)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class RedeemBody(Body):
    """The code that was brought, at which counter the money is given, and how.

    `document_shown`: the person's document was shown and compared.
    """

    code: Annotated[str, Field(min_length=1, max_length=40)]
    counter: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
    given: Given
    document_shown: bool


class RedeemedBody(BaseModel):
    """What was given."""

    id: UUID
    amount_centimos: int
    given: Given


@router.post("/redeem", response_model=RedeemedBody)
async def redeem(
    request: Request, body: RedeemBody, desk: DeskOf, key: IdempotencyKey, who: CashierOf
) -> JSONResponse:
    """Give the money of a claim, once."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = claims.redeem(
            uow, actor, body.code, body.counter, body.given, document_shown=body.document_shown
        )
        given = {"id": done.id, "amount_centimos": done.amount_centimos, "given": done.given}
        return Reply(200, given)

    async with tried(request, desk, who):
        return await desk.once(request, who, key, body.model_dump(mode="json"), work)


class CodeBody(BaseModel):
    """A claim's code as it is printed."""

    id: UUID
    code: str


@router.post("/{claim}/code", response_model=CodeBody)
async def show_code(
    request: Request, claim: UUID, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """The code of a claim whose slip was lost; that it was shown, and to whom, is written down."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        return Reply(200, {"id": str(claim), "code": claims.show_code(uow, actor, str(claim))})

    return await desk.once(request, who, key, None, work)


class SettleClaimBody(Body):
    """Whether the money of a claim in doubt is owed, and what shows it."""

    owed: bool
    proof: Proof


@router.post("/{claim}/staff-settled", response_model=ClaimBody)
async def settle_claim(
    request: Request,
    claim: UUID,
    body: SettleClaimBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: SupervisorOf,
) -> JSONResponse:
    """Say whether the money of a claim in doubt is owed."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        done = doubts.settle_claim(uow, actor, str(claim), body.proof, owed=body.owed)
        return Reply(200, _body(done))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/of-wallet/{payment}", status_code=201, response_model=CodeBody)
async def claim_of_wallet(
    request: Request, payment: UUID, desk: DeskOf, key: IdempotencyKey, who: SupervisorOf
) -> JSONResponse:
    """Make a claim of what the wallets' gateway refuses to give back."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        made, code = wallet_claims.make(uow, actor, str(payment))
        return Reply(201, {"id": made, "code": code})

    return await desk.once(request, who, key, None, work)


@asynccontextmanager
async def tried(request: Request, desk: Desk, who: Identify) -> AsyncIterator[None]:
    """Around a request with a typed code: counts those that belong to no claim, and lets nobody go
    on guessing. Raises Problem 429."""
    actor = await desk.look(who, lambda _, actor: actor)
    tries, mine = _tries(request), (actor.site, actor.name, "claims")
    tries.begin(*mine)
    try:
        yield
    except Problem as problem:
        if problem.kind == "unknown_claim":
            log.warning("no such claim", person=actor.name)
        else:  # the code was right
            tries.succeeded(*mine)
        raise
    tries.succeeded(*mine)


def _tries(request: Request) -> GuessLimit:
    """How often each person typed a code that is none."""
    state = request.app.state
    if not hasattr(state, "claim_tries"):
        state.claim_tries = GuessLimit()
    return state.claim_tries


def _body(claim: Claim) -> dict[str, Any]:
    return ClaimBody(
        id=UUID(claim.id),
        state=claim.state,
        amount_centimos=claim.amount_centimos,
        reason=claim.reason,
        means=claim.means,
        withdrawn=claim.withdrawn_for,
    ).model_dump(mode="json")

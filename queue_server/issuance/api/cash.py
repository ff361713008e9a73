"""A kiosk hands over the cash it kept."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import ApplicationBody, Body, application_body
from queue_server.issuance.services import cash
from queue_server.payments.api.bodies import Centimos, Pieces
from queue_server.payments.model.cash import CashPayment
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["issuance"])


class CashBody(Body):
    """A fee paid in cash. `taken_centimos`: the notes and coins that were kept, which `pieces`
    names one by one; `change_centimos`: what of it is more than the fee, given or claimed."""

    payment_id: UUID
    amount_centimos: Centimos
    taken_centimos: Centimos
    change_centimos: Annotated[int, Field(ge=0, lt=1_000_000)]
    pieces: Pieces
    paid_at: AwareDatetime

    def payment(self) -> CashPayment:
        """The domain's own form of it."""
        return CashPayment(
            self.payment_id,
            self.amount_centimos,
            self.taken_centimos,
            self.change_centimos,
            tuple(each.piece() for each in self.pieces),
            self.paid_at,
        )


@router.post(
    "/api/v1/applications/{application}/cash", status_code=202, response_model=ApplicationBody
)
async def pay_in_cash(
    request: Request,
    application: UUID,
    body: CashBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Hand kept cash over: from this answer on the application is the server's."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        cash.accept(uow, actor, application, body.payment())
        return Reply(202, application_body(request, uow, actor, application))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

"""A kiosk hands over what the bank printed."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from queue_server.config import Backend
from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import ApplicationBody, VoucherBody, application_body
from queue_server.issuance.services import vouchers
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["issuance"])


@router.post(
    "/api/v1/applications/{application}/voucher", status_code=202, response_model=ApplicationBody
)
async def present(
    request: Request,
    application: UUID,
    body: VoucherBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Present a bank's voucher for a registered application; `payment` tells what becomes of it."""
    backend: Backend | None = request.app.state.config.backend

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        if backend is None:  # nobody would ever ask about it
            words = "Este módulo no puede comprobar pagos del banco; pague de otra forma."
            raise Problem(409, "vouchers_not_taken", words)
        wait = timedelta(hours=backend.voucher_wait_hours)
        vouchers.present(uow, actor, application, body.shown(), wait)
        return Reply(202, application_body(request, uow, actor, application))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

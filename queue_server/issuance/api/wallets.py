"""A kiosk asks for a wallet's code, follows it and gives it up."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from queue_server.core.desk import Desk, DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import ChargeBody, WalletBody, charge_body
from queue_server.issuance.services import wallets
from queue_server.payments.model.wallet import (
    Answer,
    Charge,
    ChargeState,
    WalletGateway,
    open_at,
)
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["issuance"])
_OF_APPLICATION = "/api/v1/applications/{application}/wallet"


@router.post(_OF_APPLICATION, status_code=202, response_model=ChargeBody)
async def open_code(
    request: Request,
    application: UUID,
    body: WalletBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Ask for a code that a wallet can pay. While the gateway does not say whether it has it the
    state is `opening`, without a code; the same request again, or a GET, tells how it goes on."""
    gateway: WalletGateway | None = request.app.state.wallet

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        if gateway is None:
            words = "Este módulo no cobra con billetera; pague de otra forma."
            raise Problem(409, "not_offered", words)
        wallets.open_charge(uow, actor, application, body.payment_id, body.amount_centimos)
        charge = wallets.find(uow, actor.site, application, body.payment_id)
        return Reply(202, charge_body(charge))

    told = await desk.once(request, who, key, body.model_dump(mode="json"), work)
    charge = await _find(desk, who, application, body.payment_id)
    is_new = "Idempotency-Replayed" not in told.headers
    # Asked again it is the watch that goes on: it asks the gateway about it first.
    if is_new and gateway is not None and charge.state is ChargeState.OPENING:
        valid_s = request.app.state.config.wallet.valid_s
        await _settle(desk, charge, lambda: open_at(gateway, charge, valid_s))
    return JSONResponse(await _told(desk, who, application, body.payment_id), 202)


@router.get(_OF_APPLICATION + "/{payment}", response_model=ChargeBody)
async def follow_code(
    application: UUID, payment: UUID, desk: DeskOf, who: KioskOf
) -> dict[str, Any]:
    """Where a wallet's code stands."""
    return await _told(desk, who, application, payment)


@router.post(_OF_APPLICATION + "/{payment}/cancel", status_code=202, response_model=ChargeBody)
async def cancel_code(
    request: Request,
    application: UUID,
    payment: UUID,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Give a code up. `canceling`: the gateway has not said yet that nobody can pay it any more;
    what was paid before counts, what is paid afterwards goes back."""
    gateway: WalletGateway | None = request.app.state.wallet

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        wallets.cancel(uow, actor, application, payment)
        return Reply(202, charge_body(wallets.find(uow, actor.site, application, payment)))

    await desk.once(request, who, key, None, work)
    charge = await _find(desk, who, application, payment)
    if gateway is not None and charge.state is ChargeState.CANCELING:
        await _settle(desk, charge, lambda: gateway.cancel(charge.id))
    return JSONResponse(await _told(desk, who, application, payment), 202)


async def _settle(desk: Desk, charge: Charge, ask: Callable[[], Answer]) -> None:
    """Ask on a thread, outside of any unit of work, then write what was said."""
    answer = await asyncio.to_thread(ask)
    await desk.database.call(lambda uow: wallets.settled(uow, charge, answer))


async def _told(desk: Desk, who: Identify, application: UUID, payment: UUID) -> dict[str, Any]:
    return charge_body(await _find(desk, who, application, payment))


async def _find(desk: Desk, who: Identify, application: UUID, payment: UUID) -> Charge:
    return await desk.look(
        who, lambda uow, actor: wallets.find(uow, actor.site, application, payment)
    )

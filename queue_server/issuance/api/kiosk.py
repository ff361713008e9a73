"""What a kiosk asks before money, hands over after it, and follows."""

import asyncio
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from queue_server.core.desk import Desk, DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import (
    AgainBody,
    ApplicantBody,
    ApplicationBody,
    CardBody,
    CheckedBody,
    RegisterBody,
    ResumeBody,
    application_body,
)
from queue_server.issuance.model import (
    Applicant,
    Found,
    Instead,
    IssuanceBackend,
    NotSellable,
    Purpose,
    Titular,
    TryLater,
    instead_of,
    is_holder,
    masked_name,
)
from queue_server.issuance.services import (
    again,
    applications,
    before_money,
    resume,
    typed_tries,
)
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["issuance"])
_NOT_SHOWN = "Para enviarlo otra vez hay que pasar el documento por el lector, o tomar un turno."


@router.post("/api/v1/applicants/check", response_model=CheckedBody)
async def check(request: Request, body: ApplicantBody, desk: DeskOf, who: KioskOf) -> CheckedBody:
    """One question before money: identity, age, fee, valid certificate, backend.

    Typed data that do not agree may be tried five times in a quarter of an hour.
    """
    actor = await desk.look(who, lambda _, actor: actor)
    applicant = body.applicant()
    titular = await _holder_of(request, desk, who, body)
    decision, found = await desk.database.look(
        lambda uow: (
            before_money.decide(uow, actor.site, applicant, titular),
            resume.resume_of(uow, actor.site, applicant),
        )
    )
    if body.typed is not None and not is_holder(titular):
        found = None  # whoever typed a number has proved nothing
    goes_on = found and ResumeBody(**asdict(found))
    if isinstance(decision, NotSellable):
        return _not_sellable(decision, titular, body, goes_on)
    holder, fee = decision
    return CheckedBody(
        sellable=True, masked_name=masked_name(holder), fee_centimos=fee, resume=goes_on
    )


async def _holder_of(
    request: Request, desk: Desk, who: Identify, document: ApplicantBody
) -> Titular:
    """Who the centre says this is; what was typed is a try, counted before the centre is asked.

    Raises Problem 429 after too many.
    """
    applicant = document.applicant()
    if document.typed is None:
        return await _titular(request, applicant)
    await desk.change(who, lambda uow, actor: typed_tries.begin(uow, actor.site, applicant))
    titular = await _titular(request, applicant)
    await desk.change(who, lambda uow, actor: typed_tries.end(uow, actor.site, applicant, titular))
    return titular


async def _titular(request: Request, applicant: Applicant) -> Titular:
    """Who the centre says this is; asked on a thread, never inside a unit of work."""
    backend: IssuanceBackend | None = request.app.state.backend
    if backend is None:
        return TryLater("no_connection")
    return await asyncio.to_thread(before_money.ask, backend, applicant)


def _not_sellable(
    reason: NotSellable,
    titular: Titular,
    document: ApplicantBody,
    goes_on: ResumeBody | None,
) -> CheckedBody:
    until, instead = None, instead_of(reason)
    if reason is NotSellable.ALREADY_VALID and not document.is_proven:
        instead = (Instead.TURN,)  # nothing is sent to whoever knows a number and a birth date
    elif reason is NotSellable.ALREADY_VALID and isinstance(titular, Found):
        until = titular.holder.certificate_until
    return CheckedBody(
        sellable=False,
        reason=reason,
        instead=list(instead),
        certificate_until=until,
        resume=goes_on,
    )


@router.post("/api/v1/applications/again", status_code=202, response_model=ApplicationBody)
async def send_again(
    request: Request, body: AgainBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Send the certificate in force once more; nothing is charged.

    Only for a document that was read, or a DNI typed with what only its card says: 409
    `document_not_shown` else. Typed data that do not agree count as in the question before money.
    """
    await desk.look(who, lambda _, actor: actor)
    if request.app.state.backend is None:
        raise Problem(409, "not_offered", "En este módulo no se entregan certificados.")
    if not body.document.is_proven:
        raise Problem(409, "document_not_shown", _NOT_SHOWN)
    applicant = body.document.applicant()
    titular = await _holder_of(request, desk, who, body.document)

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        new = applications.NewApplication(
            body.id, body.number, applicant, body.email, 0, Purpose.AGAIN
        )
        again.send_again(uow, actor, new, titular)
        return Reply(202, application_body(request, uow, actor, body.id))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/api/v1/applications", status_code=201, response_model=ApplicationBody)
async def register(
    request: Request, body: RegisterBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Write an application down before it is paid."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        new = applications.NewApplication(
            body.id, body.number, body.document.applicant(), body.email, body.amount_centimos
        )
        applications.register(uow, actor, new)
        return Reply(201, application_body(request, uow, actor, body.id))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post(
    "/api/v1/applications/{application}/card", status_code=202, response_model=ApplicationBody
)
async def pay_by_card(
    request: Request,
    application: UUID,
    body: CardBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: KioskOf,
) -> JSONResponse:
    """Hand a charged card over: from this answer on the application is the server's."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        applications.accept(uow, actor, application, body.payment())
        return Reply(202, application_body(request, uow, actor, application))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.get("/api/v1/applications/{application}", response_model=ApplicationBody)
async def follow(request: Request, application: UUID, desk: DeskOf, who: KioskOf) -> dict[str, Any]:
    """Where an application of this site stands."""
    return await desk.look(
        who, lambda uow, actor: application_body(request, uow, actor, application)
    )

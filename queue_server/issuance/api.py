"""HTTP of issuance: what the kiosk asks before and after money, and the private link."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import Applicant, ApplicationState, NotSellable, masked_name
from queue_server.issuance.services import applications, before_money, delivery
from queue_server.payments.model import CardPayment
from queue_server.staff.api import KioskOf, Public

router = APIRouter(tags=["issuance"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ApplicantBody(_Body):
    """The applicant's document: two-digit type code, number, birth date."""

    type: Annotated[str, Field(pattern=r"^\d{2}$")]
    number: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]
    birth_date: date

    def applicant(self) -> Applicant:
        """The domain's own form of it."""
        return Applicant(self.type, self.number, self.birth_date)


class CheckedBody(BaseModel):
    """Whether a certificate can be sold now: the masked name and the fee, or the reason not."""

    sellable: bool
    masked_name: str | None = None
    fee_centimos: int | None = None
    reason: str | None = None


class RegisterBody(_Body):
    """An application before the first céntimo moves. `id` and `number` are the kiosk's."""

    id: UUID
    number: Annotated[str, Field(pattern=r"^[A-Z]\d{2}-\d{5,9}-[0-9A-Z]$")]
    document: ApplicantBody
    email: Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{3,189}$")] | None = None
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]


class CardBody(_Body):
    """A charged card as the terminal proved it; no other card field is accepted."""

    payment_id: UUID
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]
    terminal_id: Annotated[str, Field(min_length=1, max_length=40)]
    authorisation_code: Annotated[str, Field(max_length=20)]
    rrn: Annotated[str, Field(min_length=1, max_length=40)]
    stan: Annotated[str, Field(max_length=20)]
    masked_last4: Annotated[str, Field(pattern=r"^\d{0,4}$")]
    scheme: Annotated[str, Field(max_length=20)]
    paid_at: AwareDatetime

    def payment(self) -> CardPayment:
        """The domain's own form of it."""
        values: dict[str, Any] = self.model_dump()
        paid_at: datetime = values.pop("paid_at")
        return CardPayment(id=values.pop("payment_id"), paid_at=paid_at, **values)


class ApplicationBody(BaseModel):
    """Where an application stands; the same shape whatever the certificate says.

    `link`: the private download, only once issued and where phones reach this server.
    """

    id: UUID
    number: str
    state: ApplicationState
    refusal: str | None
    certificate_number: str | None
    email: str
    link: str | None


@router.post("/api/v1/applicants/check", response_model=CheckedBody)
async def check(request: Request, body: ApplicantBody, desk: DeskOf, who: KioskOf) -> CheckedBody:
    """One question before money: identity, age, fee, valid certificate, backend."""
    actor = await desk.look(who, lambda _, actor: actor)
    backend = request.app.state.backend
    if backend is None:
        return CheckedBody(sellable=False, reason=NotSellable.BACKEND_AWAY)
    applicant = body.applicant()
    titular = await asyncio.to_thread(before_money.ask, backend, applicant)
    decision = await desk.database.look(
        lambda uow: before_money.decide(uow, actor.site, applicant, titular)
    )
    if isinstance(decision, NotSellable):
        return CheckedBody(sellable=False, reason=decision)
    holder, fee = decision
    return CheckedBody(sellable=True, masked_name=masked_name(holder), fee_centimos=fee)


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
        return Reply(201, _body(request, uow, actor, body.id))

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
        return Reply(202, _body(request, uow, actor, application))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.get("/api/v1/applications/{application}", response_model=ApplicationBody)
async def follow(request: Request, application: UUID, desk: DeskOf, who: KioskOf) -> dict[str, Any]:
    """Where an application of this site stands."""
    return await desk.look(who, lambda uow, actor: _body(request, uow, actor, application))


@router.get("/c/{token}", response_class=Response, dependencies=[Public])
async def download(token: str, desk: DeskOf) -> Response:
    """The certificate behind a private link, as a PDF."""
    if len(token) > 100:
        raise Problem(404, "no_such_link", "Este enlace no existe.")
    pdf = await desk.database.look(lambda uow: delivery.pdf_by_link(uow, token))
    headers = {
        "Content-Disposition": 'attachment; filename="certificado.pdf"',
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


def _body(request: Request, uow: UnitOfWork, actor: Actor, application: UUID) -> dict[str, Any]:
    row = applications.find(uow, actor.site, str(application))
    token = delivery.link_token(uow, row.id)
    public: str | None = request.app.state.config.public_address
    mail = delivery.mail_of(uow, row.id)
    return ApplicationBody(
        id=UUID(row.id),
        number=row.number,
        state=row.state,
        refusal=row.refusal,
        certificate_number=row.certificate_number,
        email=mail.state if mail else "none",
        link=f"{public.rstrip('/')}/c/{token}" if public and token else None,
    ).model_dump(mode="json")

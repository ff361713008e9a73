"""What kiosks send and are told about certificates."""

from datetime import date, datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    ApplicationState,
    DocumentType,
    Instead,
    NotSellable,
    Printed,
)
from queue_server.issuance.services import applications, delivery, tracking
from queue_server.issuance.services.vouchers import Shown
from queue_server.payments.model.paid import CARD_TEXT, CardPayment
from queue_server.payments.model.returns import ReturnStanding
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.model.wallet import Charge, ChargeState
from queue_server.payments.services import returns
from queue_server.payments.services.vouchers import payment_standing

_DOCUMENTS = (
    "Use DNI (01), carné de extranjería (04), pasaporte (07), PTP (23) o CPP (26); "
    "con otro documento, tome un turno para la ventanilla."
)

_TYPED_DNI = "Escriba también el carácter de verificación y la fecha de emisión de su DNI."


def _is_local(value: time) -> time:
    """As printed: no offset, whole seconds."""
    if value.tzinfo is not None:
        raise PydanticCustomError("local_time", "Escriba la hora local, sin zona: 10:15:00.")
    return value.replace(microsecond=0)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TypedBody(Body):
    """The document was typed, not read. Of a DNI: what else is printed on it."""

    check: Annotated[str, Field(pattern=r"^[0-9A-K]$")] | None = None
    issue_date: date | None = None


class ApplicantBody(Body):
    """The applicant's document: two-digit type code, number, birth date.

    `typed`: None for a document that was read.
    """

    type: DocumentType
    number: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]
    birth_date: date
    typed: TypedBody | None = None

    @field_validator("type", mode="before")
    @classmethod
    def _is_taken(cls, value: object) -> object:
        if value not in tuple(DocumentType):
            raise PydanticCustomError("document_type", _DOCUMENTS)
        return value

    @model_validator(mode="after")
    def _proves_the_card(self) -> Self:
        """A number alone is known to many; a typed DNI comes with what only its card says."""
        if self.type is DocumentType.DNI and self.typed is not None and self.printed() is None:
            raise PydanticCustomError("typed_document", _TYPED_DNI)
        return self

    def printed(self) -> Printed | None:
        """What was typed from a DNI besides number and birth date."""
        typed = self.typed
        if self.type is not DocumentType.DNI or typed is None:
            return None
        if typed.check is None or typed.issue_date is None:
            return None
        return Printed(typed.check, typed.issue_date)

    @property
    def is_proven(self) -> bool:
        """Whether more is known than number and birth date: it was read, or it is a DNI with what
        only its card says."""
        return self.typed is None or self.printed() is not None

    def applicant(self) -> Applicant:
        """The domain's own form of it."""
        return Applicant(self.type.value, self.number, self.birth_date, self.printed())


class ResumeBody(BaseModel):
    """The newest application of a document that goes on, or for which money is owed or in doubt.

    `payment`: how its payment stands; a bank's takes hours to show.
    """

    application: UUID
    number: str
    state: ApplicationState
    claim_open: bool
    payment: PaymentStanding


class CheckedBody(BaseModel):
    """Whether a certificate can be sold now: the masked name and the fee, or the reason not.

    `instead`: what can be had then, the most useful first. `certificate_until`: the last day of the
    certificate in force that can be sent again. `resume`: what goes on for this document here.
    """

    sellable: bool
    masked_name: str | None = None
    fee_centimos: int | None = None
    reason: NotSellable | None = None
    instead: list[Instead] = []
    certificate_until: date | None = None
    resume: ResumeBody | None = None


class RegisterBody(Body):
    """An application before the first céntimo moves. `id` and `number` are the kiosk's."""

    id: UUID
    number: Annotated[str, Field(pattern=r"^[A-Z]\d{2}-\d{5,9}-[0-9A-Z]$")]
    document: ApplicantBody
    email: Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{3,189}$")] | None = None
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]


class AgainBody(Body):
    """The certificate in force, once more. `id` and `number` are the kiosk's.

    Without `email` it can be had by its link, or at a window.
    """

    id: UUID
    number: Annotated[str, Field(pattern=r"^[A-Z]\d{2}-\d{5,9}-[0-9A-Z]$")]
    document: ApplicantBody
    email: Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{3,189}$")] | None = None


class CardBody(Body):
    """A charged card as the terminal proved it; no other card field is accepted."""

    payment_id: UUID
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]
    terminal_id: Annotated[str, Field(min_length=1, max_length=CARD_TEXT)]
    authorisation_code: Annotated[str, Field(max_length=CARD_TEXT)]
    rrn: Annotated[str, Field(min_length=1, max_length=CARD_TEXT)]
    stan: Annotated[str, Field(max_length=CARD_TEXT)]
    masked_last4: Annotated[str, Field(pattern=r"^\d{0,4}$")]
    scheme: Annotated[str, Field(max_length=CARD_TEXT)]
    paid_at: AwareDatetime

    def payment(self) -> CardPayment:
        """The domain's own form of it."""
        values: dict[str, Any] = self.model_dump()
        paid_at: datetime = values.pop("paid_at")
        return CardPayment(id=values.pop("payment_id"), paid_at=paid_at, **values)


class VoucherBody(Body):
    """What the bank printed for the applicant; `paid_at` is Peru's local time.

    The payer is the application's own document. Agency, cashier and time may be left out.
    """

    voucher_id: UUID
    sequence: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,20}$")]
    paid_on: Annotated[date, Field(ge=date(2000, 1, 1))]
    agency: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")] | None = None
    cashier: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")] | None = None
    paid_at: Annotated[time, AfterValidator(_is_local)] | None = None

    def shown(self) -> Shown:
        """The domain's own form of it."""
        values: dict[str, Any] = self.model_dump()
        return Shown(id=values.pop("voucher_id"), **values)


class WalletBody(Body):
    """A code for a wallet, for the registered amount. `payment_id` is the kiosk's."""

    payment_id: UUID
    amount_centimos: Annotated[int, Field(gt=0, lt=1_000_000)]


class ChargeBody(BaseModel):
    """Where a wallet's code stands. `payload` is the code itself (EMVCo), while it may be paid."""

    payment_id: UUID
    state: ChargeState
    payload: str | None
    expires_at: AwareDatetime | None


class ApplicationBody(BaseModel):
    """Where an application stands; the same shape whatever the certificate says.

    `payment`: what paid for it, or the outcome of the voucher or the wallet's code tried last.
    `return_state`: how what was paid goes back, once the centre refused the application.
    `email`: how the certificate's letter stands; `failed` as soon as any letter cannot reach the
    address.
    `link`: the private download, only once issued and where phones reach this server.
    """

    id: UUID
    number: str
    state: ApplicationState
    refusal: str | None
    certificate_number: str | None
    payment: PaymentStanding
    return_state: ReturnStanding
    email: str
    link: str | None


def application_body(
    request: Request, uow: UnitOfWork, actor: Actor, application: UUID
) -> dict[str, Any]:
    """Where an application of this site stands, as `ApplicationBody`. Raises Problem 404."""
    row = applications.find(uow, actor.site, str(application))
    token = delivery.link_token(uow, row.id)
    is_issued = row.state == ApplicationState.ISSUED
    is_refused = row.state == ApplicationState.REFUSED
    public: str | None = request.app.state.config.public_address
    return ApplicationBody(
        id=UUID(row.id),
        number=row.number,
        state=row.state,
        refusal=row.refusal,
        # Not before its file was checked: until then it exists for nobody.
        certificate_number=row.certificate_number if is_issued else None,
        payment=payment_standing(uow, row.id),
        return_state=returns.standing(uow, row.id) if is_refused else ReturnStanding.NONE,
        email=tracking.email_state(uow, row.id),
        link=f"{public.rstrip('/')}/c/{token}" if public and token else None,
    ).model_dump(mode="json")


def charge_body(charge: Charge) -> dict[str, Any]:
    """Where a wallet's code stands, as `ChargeBody`."""
    may_be_paid = charge.state is ChargeState.WAITING
    return ChargeBody(
        payment_id=charge.id,
        state=charge.state,
        payload=charge.payload if may_be_paid else None,
        expires_at=charge.expires_at if may_be_paid else None,
    ).model_dump(mode="json")

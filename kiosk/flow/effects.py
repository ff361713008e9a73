"""What the flow asks the runner to do. Every effect that leaves the kiosk carries its own id."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from kiosk.flow.facts import Order, Ticket
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.staff.events import StaffEffect
from kiosk.flow.world import Service


@dataclass(frozen=True)
class IssueTicket:
    """Ask the server for a turn; `effect_id` is the Idempotency-Key, the same on every retry."""

    effect_id: UUID
    session: UUID
    service: Service
    attention_class: AttentionClass
    document: Document | None


@dataclass(frozen=True)
class TakeNumber:
    """Give out a number of the kiosk's own block; the server is told when it is back.

    `asked_as`: the key under which the server was asked first, and did not answer.
    """

    effect_id: UUID
    session: UUID
    service: Service
    attention_class: AttentionClass
    document: Document | None
    asked_as: UUID | None = None


@dataclass(frozen=True)
class PrintTicket:
    """Print the slip of a turn, once."""

    effect_id: UUID
    session: UUID
    ticket: Ticket


@dataclass(frozen=True)
class CheckApplicant:
    """Before money: ask the server who this is and whether a certificate can be asked for."""

    effect_id: UUID
    session: UUID
    document: Document


@dataclass(frozen=True)
class RegisterOrder:
    """Tell the server about the order before the first céntimo moves."""

    effect_id: UUID
    session: UUID
    application: UUID
    document: Document
    email: str | None
    amount_centimos: int


@dataclass(frozen=True)
class ChargeCard:
    """Charge the fee of `order` once. `effect_id` is the payment's id."""

    effect_id: UUID
    session: UUID
    order: Order


@dataclass(frozen=True)
class TakeCash:
    """Take the fee of `order` in notes and coins. `effect_id` is the payment's id."""

    effect_id: UUID
    session: UUID
    order: Order


@dataclass(frozen=True)
class ShowWalletCode:
    """Show a code that a wallet pays the fee of `order` by. `effect_id` is the payment's id."""

    effect_id: UUID
    session: UUID
    order: Order


@dataclass(frozen=True)
class PresentVoucher:
    """Have the centre asked whether what the bank printed pays for `order`.

    `effect_id` is the voucher's id.
    """

    effect_id: UUID
    session: UUID
    order: Order
    sequence: str
    paid_on: date


@dataclass(frozen=True)
class StopPaying:
    """End the payment `effect_id`: cash inside goes back, a code cannot be paid any more."""

    effect_id: UUID


@dataclass(frozen=True)
class DeliverOrder:
    """Hand the payment of `order` to the server and wait a little for the outcome.

    `payment` None: the server holds what paid already.
    """

    effect_id: UUID
    session: UUID
    order: Order
    payment: UUID | None


@dataclass(frozen=True)
class SendAgain:
    """Have the certificate in force sent once more; nothing is charged.

    `effect_id` is the Idempotency-Key, the same on every retry.
    """

    effect_id: UUID
    session: UUID
    application: UUID
    document: Document
    email: str | None


@dataclass(frozen=True)
class ChangeEmail:
    """Have everything of application `number` sent to `email`; it must be of `document`'s holder.

    `effect_id` is the Idempotency-Key, the same on every retry.
    """

    effect_id: UUID
    session: UUID
    document: Document
    number: str
    email: str


@dataclass(frozen=True)
class FollowApplications:
    """Ask where applications stand: by the `document` that was read, else by number and ending."""

    effect_id: UUID
    session: UUID
    document: Document | None
    number: str = ""
    ending: str = ""


@dataclass(frozen=True)
class FollowClaim:
    """Ask where the claim with this code stands."""

    effect_id: UUID
    session: UUID
    code: str


@dataclass(frozen=True)
class CallStaff:
    """Have the consoles show that somebody is needed here. Nothing of a person goes with it."""


class Receipt(StrEnum):
    """What the slip of an order says."""

    ISSUED = "issued"
    UNDER_REVIEW = "under_review"
    STILL_WORKING = "still_working"
    PAYMENT_UNKNOWN = "payment_unknown"
    REFUSED = "refused"
    OWED = "owed"
    PAYMENT_WAITS = "payment_waits"


@dataclass(frozen=True)
class PrintReceipt:
    """Print the slip of an order, once. It never says what a certificate contains.

    `code`: the screen shows one that downloads it.
    """

    effect_id: UUID
    session: UUID
    order: Order
    receipt: Receipt
    site: str
    code: bool = False


@dataclass(frozen=True)
class ForgetPerson:
    """Wipe what the last person left: widgets, memory, journal rows no longer needed."""

    session: UUID


# What leaves the kiosk or moves paper: journalled before and after.
Journalled = (
    IssueTicket
    | TakeNumber
    | PrintTicket
    | CheckApplicant
    | RegisterOrder
    | ChargeCard
    | TakeCash
    | ShowWalletCode
    | PresentVoucher
    | DeliverOrder
    | SendAgain
    | ChangeEmail
    | FollowApplications
    | FollowClaim
    | PrintReceipt
)
Effect = Journalled | StopPaying | ForgetPerson | CallStaff | StaffEffect


def effect_id(session: UUID, what: str) -> UUID:
    """The id of the effect named `what` in `session`: always the same for the same pair."""
    return uuid5(session, what)

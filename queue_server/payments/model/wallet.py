"""PURE: a payment with a mobile wallet (Yape, Plin): its states, its gateway, what money is owed.

    opening ──▶ waiting ──▶ paid ──▶ to_refund ──▶ refunded
       │           │          ╰─ the centre refused the application
       ├───────────┴──▶ canceling ──▶ canceled         to_refund ──▶ refund_refused
       ╰──▶ refused                   any of them ──▶ expired, to_refund

A person sees a code only in `waiting`. `canceling` means that we gave up and the gateway has not
said yet what became of it. Money that came and cannot pay for its application is owed back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid5


class ChargeState(StrEnum):
    """Where a charge stands. Only the gateway's word ends one: our clock never does."""

    OPENING = "opening"  # written down; it is not known yet whether the gateway has it
    WAITING = "waiting"  # a person may pay it
    CANCELING = "canceling"  # we gave up; it may be paid until the gateway says otherwise
    PAID = "paid"  # it paid for its application
    REFUSED = "refused"  # the gateway did not open it
    EXPIRED = "expired"
    CANCELED = "canceled"
    TO_REFUND = "to_refund"  # the gateway has money that is not ours
    REFUNDED = "refunded"
    REFUND_REFUSED = "refund_refused"  # staff must see to it


# Of these it is not known yet whether they pay; an application has one of them at a time.
OPEN = (ChargeState.OPENING, ChargeState.WAITING, ChargeState.CANCELING)
# The gateway still has to be asked.
UNRESOLVED = (*OPEN, ChargeState.TO_REFUND)
# It ended without money.
UNPAID = (ChargeState.REFUSED, ChargeState.EXPIRED, ChargeState.CANCELED)

_S = ChargeState
# Every change of state that may ever happen; the database holds the same table. A gateway that
# takes money after a definite no has still taken it.
TRANSITIONS: tuple[tuple[str, ChargeState], ...] = (
    ("", _S.OPENING),
    (_S.OPENING, _S.WAITING),
    *((each, _S.CANCELING) for each in (_S.OPENING, _S.WAITING)),
    *((each, _S.PAID) for each in OPEN),
    *((each, _S.EXPIRED) for each in OPEN),
    *((each, _S.CANCELED) for each in OPEN),
    (_S.OPENING, _S.REFUSED),
    *((each, _S.TO_REFUND) for each in (*OPEN, *UNPAID, _S.PAID)),
    (_S.TO_REFUND, _S.REFUNDED),
    (_S.TO_REFUND, _S.REFUND_REFUSED),
)


class Owed(StrEnum):
    """Why a wallet's money is owed back."""

    PAID_OTHERWISE = "paid_otherwise"  # the application was paid another way meanwhile
    TOO_LATE = "too_late"  # paid after we gave up
    WRONG_AMOUNT = "wrong_amount"
    REFUSED = "refused"  # the centre refused the application
    USED = "used"  # the gateway gave two payments one name


@dataclass(frozen=True)
class Charge:
    """One try to pay with a wallet; `id` is the kiosk's own id of it.

    `reference`: what the person's wallet shows, the application's number. `payload`: the code, once
    the gateway has said it. `gave_up_at`: since when nobody wants it any more. `paid_centimos`:
    what the gateway took.
    """

    id: UUID
    site: str
    application: str
    kiosk: str
    amount_centimos: int
    reference: str
    state: ChargeState
    opened_at: datetime
    payload: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    gave_up_at: datetime | None = None
    paid_centimos: int | None = None
    owed_for: Owed | None = None

    @property
    def refund_id(self) -> UUID:
        """The one id under which its money goes back, however often that is asked for."""
        return uuid5(self.id, "refund")


# --- the closed sets of answers ------------------------------------------------------------------
@dataclass(frozen=True)
class Opened:
    """The gateway has the charge; `payload` is the code a wallet scans."""

    payload: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Refused:
    """The gateway does not open it, for good. `reason`: its own word, for staff."""

    reason: str


@dataclass(frozen=True)
class Waiting:
    """Nobody has paid it yet, and somebody may; with what `Opened` said."""

    payload: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Paid:
    """Somebody paid it. `gateway_reference`: at most 64 characters, another for every payment."""

    gateway_reference: str
    amount_centimos: int
    paid_at: datetime


@dataclass(frozen=True)
class Expired:
    """Nobody paid it in time, and nobody can any more."""


@dataclass(frozen=True)
class Canceled:
    """It was canceled unpaid, and can never be paid."""


@dataclass(frozen=True)
class NotKnown:
    """The gateway never heard of this charge: opening it did not arrive."""


@dataclass(frozen=True)
class NotAnswered:
    """No usable answer; what was asked may or may not be done. `reason`: one word for staff."""

    reason: str


@dataclass(frozen=True)
class Refunded:
    """The money is back with whoever paid."""

    reference: str
    at: datetime


@dataclass(frozen=True)
class RefusedRefund:
    """The gateway does not give it back, for good. `reason`: its own word, for staff."""

    reason: str


Opening = Opened | Refused | NotAnswered
Standing = Waiting | Paid | Expired | Canceled | NotKnown | NotAnswered
Cancellation = Canceled | Paid | Expired | NotKnown | NotAnswered
Refunding = Refunded | RefusedRefund | NotAnswered
Answer = Opening | Standing | Cancellation | Refunding


class WalletGateway(Protocol):
    """Whoever takes the wallets' money. Every call ends within its deadline and never raises for
    the network; the same id gets the same answer, however often it is asked."""

    def open(self, charge_id: UUID, amount_centimos: int, reference: str, valid_s: int) -> Opening:
        """Let a charge be paid for `valid_s` seconds. `reference`: at most 25 characters."""
        ...

    def standing(self, charge_id: UUID) -> Standing:
        """How a charge stands."""
        ...

    def cancel(self, charge_id: UUID) -> Cancellation:
        """Let nobody pay it any more, or say what became of it before."""
        ...

    def refund(self, charge_id: UUID, refund_id: UUID) -> Refunding:
        """Give all of a paid charge back."""
        ...

    def healthy(self) -> bool:
        """Whether the gateway answers that it serves now."""
        ...


# Nobody stands at a kiosk for longer than this and waits for a code.
CODE_WANTED_FOR = timedelta(seconds=60)


def is_unwanted(charge: Charge, now: datetime, is_paid: bool) -> bool:
    """Whether a charge is to be given up. `is_paid`: its application is paid already."""
    match charge.state:
        case ChargeState.OPENING:
            return is_paid or now - charge.opened_at >= CODE_WANTED_FOR
        case ChargeState.WAITING:
            return is_paid
        case _:
            return False


def ask(gateway: WalletGateway, charge: Charge, valid_s: int) -> Answer:
    """What the gateway says of an unresolved charge, asked in the way its state wants.

    Asks the network, up to three times: never inside a unit of work. A charge whose opening may
    not have arrived is asked about first, and opened only under its own id. What shall be canceled
    and never arrived is opened and canceled: an opening still on its way then finds it canceled.
    """
    match charge.state:
        case ChargeState.OPENING:
            said = gateway.standing(charge.id)
            return open_at(gateway, charge, valid_s) if isinstance(said, NotKnown) else said
        case ChargeState.WAITING:
            said = gateway.standing(charge.id)
            return NotAnswered("forgotten") if isinstance(said, NotKnown) else said
        case ChargeState.CANCELING:
            said = gateway.cancel(charge.id)
            if not isinstance(said, NotKnown):
                return said
            opened = open_at(gateway, charge, valid_s)
            return gateway.cancel(charge.id) if isinstance(opened, Opened) else opened
        case ChargeState.TO_REFUND:
            return gateway.refund(charge.id, charge.refund_id)
        case _:
            raise ValueError(f"there is nothing to ask about a charge that is {charge.state}")


def open_at(gateway: WalletGateway, charge: Charge, valid_s: int) -> Opening:
    """Let a charge be paid; the same charge gets the same answer."""
    return gateway.open(charge.id, charge.amount_centimos, charge.reference, valid_s)


def owed_for(charge: Charge, paid: Paid, is_registered: bool) -> Owed | None:
    """Why the money of `charge` cannot pay for its application; None when it can.

    `is_registered`: the application is still to be paid.
    """
    if not is_registered:
        return Owed.PAID_OTHERWISE
    if paid.amount_centimos != charge.amount_centimos:
        return Owed.WRONG_AMOUNT
    gave_up = charge.gave_up_at is not None and paid.paid_at > charge.gave_up_at
    return Owed.TOO_LATE if gave_up or charge.state in UNPAID else None


# A code is paid within seconds or not at all; a gateway that is away is not asked all the time.
EVERY_S, AT_MOST_EVERY_S = 1.0, 15.0


def ask_again_s(unanswered: int) -> float:
    """Seconds until the gateway is asked again, after so many questions without an answer."""
    return min(AT_MOST_EVERY_S, EVERY_S * 2.0 ** max(0, min(unanswered, 10) - 1))


@dataclass(frozen=True)
class WalletTrouble:
    """A charge that staff must see to. `reason`: why its money is owed, or why it is not given
    back, or `unanswered`; `since`: when that began."""

    payment: UUID
    application: str
    kiosk: str
    amount_centimos: int
    state: ChargeState
    reason: str
    since: datetime


# What the gateway has not settled by then stands on the staff's list.
ANSWERED_WITHIN = timedelta(minutes=15)

"""PURE: the bank's voucher: what it says, where it stands, and when to ask again."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Voucher:
    """What the bank printed for a payer: two-digit document type and number, sequence, day.

    Agency, cashier and local time are further evidence; what is given must agree.
    """

    payer_type: str
    payer_number: str
    sequence: str
    paid_on: date
    agency: str | None = None
    cashier: str | None = None
    paid_at: time | None = None


class VoucherState(StrEnum):
    """Where a presented voucher stands."""

    CHECKING = "checking"  # the centre is being asked
    NOT_VISIBLE = "not_visible"  # the bank's payments of the last hours do not show yet; kept
    APPLIED = "applied"  # it paid for its application
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # the person paid another way meanwhile
    RETURNED = "returned"  # it paid, and the application was refused: it may be presented again


# A voucher in one of these belongs to its application, and to no other.
HELD = (VoucherState.CHECKING, VoucherState.NOT_VISIBLE, VoucherState.APPLIED)


# Of these it is not known yet whether they pay.
OPEN = (VoucherState.CHECKING, VoucherState.NOT_VISIBLE)


class VoucherRefusal(StrEnum):
    """Why a voucher does not pay; each has its own words on the screen."""

    NOT_FOUND = "payment_not_found"
    USED = "payment_used"
    OF_ANOTHER = "payment_of_another"
    TOO_LITTLE = "payment_too_little"
    NOT_ACCEPTED = "payment_not_accepted"


@dataclass(frozen=True)
class PresentedVoucher:
    """A voucher and the application it was presented for, by which kiosk, and how long it is kept.

    `refusal` is there exactly when `state` is `refused`. While the payment does not show, it is
    asked about until `give_up_at`.
    """

    id: str
    application: str
    kiosk: str
    voucher: Voucher
    state: VoucherState
    refusal: VoucherRefusal | None
    presented_at: datetime
    give_up_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether it is still to be found out if it pays."""
        return self.state in OPEN


@dataclass(frozen=True)
class Applied:
    """The payment shows: what it is called from now on, how much it was, when it was made."""

    reference: str
    amount_centimos: int
    paid_at: datetime


@dataclass(frozen=True)
class NotVisible:
    """The payment does not show yet (a bank's counts after about 3 hours); ask again later."""


@dataclass(frozen=True)
class VoucherRefused:
    """It does not pay, for good."""

    reason: VoucherRefusal


@dataclass(frozen=True)
class NotAnswered:
    """No usable answer. Nothing was done by asking: ask again. `reason`: one word for staff."""

    reason: str


VoucherAnswer = Applied | NotVisible | VoucherRefused | NotAnswered


class VoucherRegister(Protocol):
    """Who knows the bank's payments (`validarPago`); issuance implements it."""

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether `voucher` pays. A question, free to repeat; ends within its deadline."""
        ...


def weighed(answer: VoucherAnswer, fee_centimos: int) -> VoucherAnswer:
    """`answer`, or the refusal of a payment that is less than `fee_centimos`.

    More than the fee pays too: a person may have paid an older, higher one. The bank has that
    money, not the kiosk; what it took is recorded and told to the centre as it is.
    """
    if isinstance(answer, Applied) and answer.amount_centimos < fee_centimos:
        return VoucherRefused(VoucherRefusal.TOO_LITTLE)
    return answer


# A bank's payment counts only after about 3 hours; one of last night may show at any moment.
ASK_FIRST_S, ASK_LAST_S, ASK_AT_LEAST_S = 300.0, 1800.0, 1.0


def ask_again_s(kept_s: float, left_s: float) -> float:
    """Seconds until a payment that does not show is asked about again.

    Five minutes at first, a quarter of the time it was kept (`kept_s`) later, half an hour in the
    end; the last time when `left_s`, what is left of its time, is over.
    """
    pause = min(ASK_LAST_S, max(ASK_FIRST_S, kept_s / 4))
    return max(ASK_AT_LEAST_S, min(pause, left_s))

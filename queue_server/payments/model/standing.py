"""PURE: how the payment of an application stands, as its kiosk is told."""

from datetime import datetime
from enum import StrEnum

from queue_server.payments.model import wallet
from queue_server.payments.model.paid import Means
from queue_server.payments.model.vouchers import OPEN, VoucherRefusal, VoucherState
from queue_server.payments.model.wallet import ChargeState


class PaymentStanding(StrEnum):
    """How the payment of an application stands, as its kiosk is told: what paid, or the outcome of
    the voucher or the wallet's code tried last."""

    NONE = "none"
    CARD = "card"
    CASH = "cash"
    CHECKING = "checking"
    NOT_VISIBLE = "not_visible"
    APPLIED = "applied"
    RETURNED = "returned"
    NOT_FOUND = "payment_not_found"
    USED = "payment_used"
    OF_ANOTHER = "payment_of_another"
    TOO_LITTLE = "payment_too_little"
    NOT_ACCEPTED = "payment_not_accepted"
    WALLET = "wallet"
    WALLET_OPENING = "wallet_opening"
    WALLET_WAITING = "wallet_waiting"
    WALLET_CANCELING = "wallet_canceling"
    WALLET_REFUSED = "wallet_refused"
    WALLET_EXPIRED = "wallet_expired"
    WALLET_CANCELED = "wallet_canceled"
    WALLET_TO_REFUND = "wallet_to_refund"
    WALLET_REFUNDED = "wallet_refunded"
    WALLET_REFUND_REFUSED = "wallet_refund_refused"


# Money may be on its way: until it is known, the same person is sold nothing.
ON_ITS_WAY = (
    PaymentStanding.CHECKING,
    PaymentStanding.NOT_VISIBLE,
    PaymentStanding.WALLET_OPENING,
    PaymentStanding.WALLET_WAITING,
    PaymentStanding.WALLET_CANCELING,
)

Voucher = tuple[VoucherState | VoucherRefusal, datetime]
Charge = tuple[ChargeState, datetime]


def standing_of(
    means: Means | None, voucher: Voucher | None, charge: Charge | None
) -> PaymentStanding:
    """How a payment stands: what paid (`means`), the voucher presented last and the code opened
    last, each with its instant.

    Of an unpaid application, what is still open comes first, and money that is owed back; else the
    newer of the two.
    """
    match means:
        case Means.CARD:
            return PaymentStanding.CARD
        case Means.CASH:
            return PaymentStanding.CASH
        case Means.VOUCHER:
            return _of_voucher(voucher)
        case Means.WALLET:
            return _of_charge(charge)
        case None:
            return _unpaid(voucher, charge)


def _unpaid(voucher: Voucher | None, charge: Charge | None) -> PaymentStanding:
    if voucher is None or voucher[0] is VoucherState.WITHDRAWN:
        return _of_charge(charge)
    if charge is None:
        return _of_voucher(voucher)
    if charge[0] not in wallet.UNPAID:
        return _of_charge(charge)
    if voucher[0] in OPEN or voucher[1] >= charge[1]:
        return _of_voucher(voucher)
    return _of_charge(charge)


def _of_voucher(voucher: Voucher | None) -> PaymentStanding:
    return PaymentStanding.NONE if voucher is None else PaymentStanding(str(voucher[0]))


def _of_charge(charge: Charge | None) -> PaymentStanding:
    if charge is None:
        return PaymentStanding.NONE
    state = charge[0]
    is_paid = state is ChargeState.PAID
    return PaymentStanding.WALLET if is_paid else PaymentStanding(f"wallet_{state}")

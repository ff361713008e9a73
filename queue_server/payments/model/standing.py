"""PURE: how the payment of an application stands, as its kiosk is told."""

from enum import StrEnum


class PaymentStanding(StrEnum):
    """How the payment of an application stands, as its kiosk is told: what paid, or the outcome of
    the voucher presented last."""

    NONE = "none"
    CARD = "card"
    CHECKING = "checking"
    NOT_VISIBLE = "not_visible"
    APPLIED = "applied"
    RETURNED = "returned"
    NOT_FOUND = "payment_not_found"
    USED = "payment_used"
    OF_ANOTHER = "payment_of_another"
    TOO_LITTLE = "payment_too_little"
    NOT_ACCEPTED = "payment_not_accepted"

"""Tables of money. Amounts are whole céntimos; one payment serves one application."""

from queue_server.payments.tables.boxes import cash_boxes, emptying_transitions, emptyings
from queue_server.payments.tables.cash import cash_payments, cash_pieces
from queue_server.payments.tables.claims import claim_transitions, claims
from queue_server.payments.tables.day_close import (
    centre_days,
    centre_takings,
    day_closes,
    day_payments,
    day_reports,
)
from queue_server.payments.tables.doubts import doubts
from queue_server.payments.tables.paid import card_payments, fees, payments
from queue_server.payments.tables.returns import return_transitions, returns
from queue_server.payments.tables.vouchers import vouchers
from queue_server.payments.tables.wallet import wallet_charges, wallet_transitions

__all__ = [
    "card_payments",
    "cash_boxes",
    "cash_payments",
    "cash_pieces",
    "centre_days",
    "centre_takings",
    "claim_transitions",
    "claims",
    "day_closes",
    "day_payments",
    "day_reports",
    "doubts",
    "emptying_transitions",
    "emptyings",
    "fees",
    "payments",
    "return_transitions",
    "returns",
    "vouchers",
    "wallet_charges",
    "wallet_transitions",
]

"""Tables of money. Amounts are whole céntimos; one payment serves one application."""

from queue_server.payments.tables.cash import cash_payments, cash_pieces
from queue_server.payments.tables.claims import claim_transitions, claims
from queue_server.payments.tables.doubts import doubts
from queue_server.payments.tables.paid import card_payments, fees, payments
from queue_server.payments.tables.returns import return_transitions, returns
from queue_server.payments.tables.vouchers import vouchers
from queue_server.payments.tables.wallet import wallet_charges, wallet_transitions

__all__ = [
    "card_payments",
    "cash_payments",
    "cash_pieces",
    "claim_transitions",
    "claims",
    "doubts",
    "fees",
    "payments",
    "return_transitions",
    "returns",
    "vouchers",
    "wallet_charges",
    "wallet_transitions",
]

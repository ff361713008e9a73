"""Tables of money. Amounts are whole céntimos; one payment serves one application."""

from queue_server.payments.tables.paid import card_payments, fees, payments
from queue_server.payments.tables.vouchers import vouchers

__all__ = ["card_payments", "fees", "payments", "vouchers"]

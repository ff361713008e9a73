"""What a service costs, and what paid for an application."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata
from queue_server.payments.model.paid import CARD_TEXT

fees = Table(
    "fees",
    metadata,
    Column("site", String(20), nullable=False),
    Column("service", String(30), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    PrimaryKeyConstraint("site", "service", "valid_from"),
    CheckConstraint("amount_centimos > 0", name="positive"),
)

# A terminal's transaction, or a voucher, pays once. References alone begin again when a terminal is
# replaced, so a card's `reference` holds terminal, RRN and instant. A voucher whose application was
# refused is given back, and may pay for another.
payments = Table(
    "payments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False, unique=True),
    Column("kiosk", String(40), nullable=False),
    Column("means", String(10), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("reference", String(64), nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("returned_at", Instant),
    CheckConstraint("means IN ('card', 'voucher', 'cash', 'wallet')", name="means"),
    CheckConstraint("amount_centimos > 0", name="positive"),
)

_TAKEN = text("returned_at IS NULL")
Index(
    "uq_payments_reference",
    payments.c.means,
    payments.c.reference,
    unique=True,
    sqlite_where=_TAKEN,
    postgresql_where=_TAKEN,
)

# Only the fields a kiosk may keep of a card.
card_payments = Table(
    "card_payments",
    metadata,
    Column("payment", ForeignKey("payments.id"), primary_key=True),
    Column("terminal_id", String(CARD_TEXT), nullable=False),
    Column("authorisation_code", String(CARD_TEXT), nullable=False),
    Column("rrn", String(CARD_TEXT), nullable=False),
    Column("stan", String(CARD_TEXT), nullable=False),
    Column("masked_last4", String(4), nullable=False),
    Column("scheme", String(CARD_TEXT), nullable=False),
)

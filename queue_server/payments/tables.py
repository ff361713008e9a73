"""Tables of money. Amounts are whole céntimos; one payment serves one application."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from queue_server.core.schema import Instant, metadata

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

# Only the fields a kiosk may keep of a card. A terminal's transaction pays once; references alone
# begin again when a terminal is replaced, so its instant belongs to the key.
payments = Table(
    "payments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False, unique=True),
    Column("kiosk", String(40), nullable=False),
    Column("means", String(10), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("terminal_id", String(40), nullable=False),
    Column("authorisation_code", String(20), nullable=False),
    Column("rrn", String(40), nullable=False),
    Column("stan", String(20), nullable=False),
    Column("masked_last4", String(4), nullable=False),
    Column("scheme", String(20), nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("terminal_id", "rrn", "paid_at"),
    CheckConstraint("means IN ('card')", name="means"),
    CheckConstraint("amount_centimos > 0", name="positive"),
)

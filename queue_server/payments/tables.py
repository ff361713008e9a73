"""Tables of money. Amounts are whole céntimos; one payment serves one application."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
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
    CheckConstraint("means IN ('card', 'voucher')", name="means"),
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
    Column("terminal_id", String(40), nullable=False),
    Column("authorisation_code", String(20), nullable=False),
    Column("rrn", String(40), nullable=False),
    Column("stan", String(20), nullable=False),
    Column("masked_last4", String(4), nullable=False),
    Column("scheme", String(20), nullable=False),
)

# What the bank printed, sealed; `voucher_index` is the keyed digest of payer, sequence and day.
vouchers = Table(
    "vouchers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("voucher", LargeBinary, nullable=False),
    Column("voucher_index", LargeBinary(32), nullable=False),
    Column("state", String(12), nullable=False),
    Column("refusal", String(30)),
    Column("presented_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),
    CheckConstraint(
        "state IN ('checking', 'not_visible', 'applied', 'refused', 'withdrawn', 'returned')",
        name="state",
    ),
    CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    Index("ix_vouchers_application", "application", "presented_at"),
)
_HELD = text("state IN ('checking', 'not_visible', 'applied')")
# One voucher, one certificate; and an application waits for one voucher at a time.
for _name, _column in (
    ("uq_vouchers_held", vouchers.c.voucher_index),
    ("uq_vouchers_of_application", vouchers.c.application),
):
    Index(_name, _column, unique=True, sqlite_where=_HELD, postgresql_where=_HELD)

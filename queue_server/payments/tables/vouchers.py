"""The vouchers that were presented."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# What the bank printed, sealed; `voucher_index` is the keyed digest of payer, sequence and day.
# `erased_at`: since then `voucher` holds nothing; the digest stays, so that it pays once only.
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
    Column("erased_at", Instant),
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

"""Cash that was kept: what paid, and every note and coin by its own id."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# What was kept for a fee; what is more than the fee was given as change, or is claimed.
cash_payments = Table(
    "cash_payments",
    metadata,
    Column("payment", ForeignKey("payments.id"), primary_key=True),
    Column("taken_centimos", Integer, nullable=False),
    Column("change_centimos", Integer, nullable=False),
    CheckConstraint("change_centimos >= 0", name="change"),
    CheckConstraint("taken_centimos > change_centimos", name="taken"),
)

# `owner`: the payment or the claim a piece belongs to. Withdrawn with its claim it is free again,
# and may pay: that is the only way for an id to stand here twice.
cash_pieces = Table(
    "cash_pieces",
    metadata,
    Column("id", String(36), nullable=False),
    Column("owner", String(36), nullable=False),
    Column("held_by", String(7), nullable=False),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("serial", String(60), nullable=False),
    Column("counter", Integer, nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("item", String(20), nullable=False),
    Column("freed_at", Instant),
    PrimaryKeyConstraint("id", "owner"),
    CheckConstraint("held_by IN ('payment', 'claim')", name="held_by"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    CheckConstraint("freed_at IS NULL OR held_by = 'claim'", name="freed"),
    Index("ix_cash_pieces_owner", "owner"),
)
_HELD = text("freed_at IS NULL")
# No note pays twice.
Index(
    "uq_cash_pieces_held",
    cash_pieces.c.id,
    unique=True,
    sqlite_where=_HELD,
    postgresql_where=_HELD,
)

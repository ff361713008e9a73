"""Money that must go back, because the centre refused what it paid for."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata

# The changes of state that may happen; filled by the migration from `model.returns.TRANSITIONS`.
return_transitions = Table(
    "return_transitions",
    metadata,
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

# One a payment. `came_from`: the state before this one. `day`: the payment's, local; a terminal
# reverses on the same day only. `trouble`: what its kiosk said last, if it was no good news.
# `proof`: what a supervisor's word rests on. `evidence`: the terminal's, of the reversal.
returns = Table(
    "returns",
    metadata,
    Column("payment", ForeignKey("payments.id"), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("means", String(10), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("came_from", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("trouble", String(20)),
    Column("proof", String(20)),
    Column("evidence", JSON),
    Column("day", Date, nullable=False),
    Column("owed_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("last_event", BigInteger),
    ForeignKeyConstraint(
        ["came_from", "state"],
        ["return_transitions.from_state", "return_transitions.to_state"],
    ),
    CheckConstraint("means IN ('card', 'cash')", name="means"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    # What a claim that stands for it refers to.
    UniqueConstraint("payment", "state"),
    Index("ix_returns_application", "application"),
)
_OPEN = text("state IN ('owed', 'under_way', 'stuck')")
Index("ix_returns_open", returns.c.site, sqlite_where=_OPEN, postgresql_where=_OPEN)

"""Payments whose outcome a kiosk does not know."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# One a payment. `why`: a word of the kiosk's program. `finding`: what staff did or saw, which ends
# nothing. `ended`: the definite answer, and `proof` what a supervisor's rests on. `contradicted`:
# the kiosk's definite answer came after the staff's, and is another one.
doubts = Table(
    "doubts",
    metadata,
    Column("payment", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("application", String(36)),
    Column("means", String(10), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("why", String(40), nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("finding", String(20)),
    Column("ended", String(12)),
    Column("ended_by", String(80)),
    Column("ended_at", Instant),
    Column("proof", String(20)),
    Column("contradicted", Boolean, nullable=False),
    Column("last_event", BigInteger),
    CheckConstraint("means IN ('card', 'cash', 'wallet')", name="means"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    CheckConstraint(
        "ended IN ('not_charged', 'charged', 'returned', 'claimed')",  # NULL while it is open
        name="ended",
    ),
    CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name="ended_at"),
    CheckConstraint("(ended IS NULL) = (ended_by IS NULL)", name="ended_by"),
    CheckConstraint("ended IS NOT NULL OR NOT contradicted", name="contradicted"),
    Index("ix_doubts_application", "application"),
)
_OPEN = text("ended IS NULL OR contradicted")
Index("ix_doubts_open", doubts.c.site, sqlite_where=_OPEN, postgresql_where=_OPEN)

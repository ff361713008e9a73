"""What the day close compares beside the server's own rows, and the closes that were sealed."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from queue_server.core.schema import Instant, metadata

# The newest report of each kiosk and day; no name, and of a card only what may be kept.
day_reports = Table(
    "day_reports",
    metadata,
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("day", Date, nullable=False),
    Column("report", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "day", "kiosk"),
)

# The day a payment began, as its kiosk says: it belongs to this day and to no other.
day_payments = Table(
    "day_payments",
    metadata,
    Column("site", String(20), nullable=False),
    Column("payment", String(36), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("day", Date, nullable=False),
    PrimaryKeyConstraint("site", "payment"),
    Index("ix_day_payments_day", "site", "day"),
)

# A day of the centre's ledger. `wanted_at`: somebody asked for it anew; `asked_at`: it was told
# whole; `trouble`: why it was not, the last time.
centre_days = Table(
    "centre_days",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("wanted_at", Instant),
    Column("asked_at", Instant),
    Column("trouble", String(40)),
    PrimaryKeyConstraint("site", "day"),
)

# What the centre recorded on a day, as it told it last.
centre_takings = Table(
    "centre_takings",
    metadata,
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False),
    Column("day", Date, nullable=False),
    Column("means", String(10), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("reference", String(64), nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    PrimaryKeyConstraint("site", "application"),
    CheckConstraint("means IN ('card', 'voucher', 'cash', 'wallet')", name="means"),
    CheckConstraint("state IN ('issued', 'under_review', 'refused')", name="state"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    Index("ix_centre_takings_day", "site", "day"),
)

# A sealed close, as it was seen, with a reason for each difference that was left. No row ever
# changes: what comes to light later is appended under the next `number`. `digest` is of the whole
# row and of the digest before it.
day_closes = Table(
    "day_closes",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("sealed_by", String(80), nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Column("digest", String(64), nullable=False),
    PrimaryKeyConstraint("site", "day", "number"),
    CheckConstraint("number > 0", name="number"),
)

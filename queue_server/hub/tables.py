"""Tables of the hub: one row a site, what it told, and what its kiosks shall do."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# `last_event`: the site's next events are those after it. `summary`: what the country page shows,
# made of `state` when that came. `state_at`: the site's clock when it looked; `heard_at`: ours.
hub_sites = Table(
    "hub_sites",
    metadata,
    Column("site", String(20), nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("last_event", BigInteger, nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False),
    Column("anchored_at", Instant),
    Column("state_digest", String(64), nullable=False),
    Column("state_at", Instant),
    Column("summary", JSON),
    Column("state", JSON),
    PrimaryKeyConstraint("site"),
)

# Kept for a while (docs/hub.md): the site's own log is the one that counts.
hub_events = Table(
    "hub_events",
    metadata,
    Column("site", String(20), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("site", "id"),
    Index("ix_hub_events_at", "at"),
)

# The head of a site's audit chain, as it stood when the site told it.
hub_anchors = Table(
    "hub_anchors",
    metadata,
    Column("site", String(20), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "id"),
)

# One row a site and local day; `figures` as `wire.DayBody` tells them.
hub_days = Table(
    "hub_days",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("told_at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "day"),
    Index("ix_hub_days_day", "day"),
)

# What somebody at the centre wants a kiosk of a site to do. It waits until the site connects.
hub_orders = Table(
    "hub_orders",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("ordered_by", String(40), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint(
        "state IN ('waiting', 'relayed', 'done', 'failed', 'refused', 'expired', 'cancelled')",
        name="state",
    ),
    CheckConstraint("valid_until > ordered_at", name="valid"),
)
ORDER_IS_OPEN = text("state IN ('waiting', 'relayed')")
Index(
    "ix_hub_orders_open",
    hub_orders.c.site,
    hub_orders.c.ordered_at,
    sqlite_where=ORDER_IS_OPEN,
    postgresql_where=ORDER_IS_OPEN,
)
Index("ix_hub_orders_ordered", hub_orders.c.site, hub_orders.c.ordered_at)

"""What a site notes of its hub."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    Table,
)

from queue_server.core.schema import Instant, metadata

# Orders of the hub that this site has taken: the same one is never ordered from a kiosk twice.
# `action` is NULL where it was refused. `told`: the state the hub has acknowledged.
hub_orders_taken = Table(
    "hub_orders_taken",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("action", String(36)),
    Column("state", String(10), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("at", Instant, nullable=False),
    Column("told", String(10), nullable=False),
    PrimaryKeyConstraint("id"),
    # The action is forgotten after 400 days, the order with it.
    ForeignKeyConstraint(["action"], ["kiosk_actions.id"], ondelete="CASCADE"),
)

# The days whose figures the hub holds: SHA-256 of what was told.
hub_days_told = Table(
    "hub_days_told",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("digest", String(64), nullable=False),
    PrimaryKeyConstraint("site", "day"),
)

# How the line to the hub stands, for the monitor. `since`: since when it stands like that;
# `last_event`: up to which event the hub holds the site's log.
hub_standings = Table(
    "hub_standings",
    metadata,
    Column("site", String(20), nullable=False),
    Column("standing", String(12), nullable=False),
    Column("since", Instant, nullable=False),
    Column("heard_at", Instant),
    Column("last_event", BigInteger),
    PrimaryKeyConstraint("site"),
    CheckConstraint(
        "standing IN ('told', 'away', 'refused', 'not_enrolled', 'shut_out')", name="standing"
    ),
)

"""Tables of the fleet: what was discovered on the LAN, and the latest heartbeat of each kiosk."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from queue_server.core.schema import Instant, metadata

# A hint, never trust: anybody on the LAN can write what stands here. Bounded per site.
discovered = Table(
    "discovered",
    metadata,
    Column("site", String(20), nullable=False),
    Column("instance", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("host", String(120), nullable=False),
    Column("addresses", JSON, nullable=False),
    Column("port", Integer, nullable=False),
    Column("properties", JSON, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("gone_at", Instant),
    PrimaryKeyConstraint("site", "instance"),
    CheckConstraint("role IN ('kiosk', 'server')", name="role"),
    CheckConstraint("port BETWEEN 0 AND 65535", name="port"),
)

# Only the newest heartbeat is kept; changes of device state are in the event log.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("boot_id", String(36), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("build", String(40), nullable=False),
    Column("screen", String(40), nullable=False),
    Column("devices", JSON, nullable=False),
    Column("unsent", Integer, nullable=False),
    PrimaryKeyConstraint("site", "kiosk"),
    CheckConstraint("unsent >= 0", name="unsent"),
)

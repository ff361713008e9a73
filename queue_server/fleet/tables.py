"""Tables of the fleet: what is on the LAN, how every machine stands and stood, alerts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    false,
    text,
    true,
)

from queue_server.core.schema import Instant, metadata
from queue_server.fleet.actions.tables import kiosk_actions as kiosk_actions
from queue_server.fleet.pairing.tables import pairings as pairings

_COUNTED = BigInteger().with_variant(Integer, "sqlite")

# A hint, never trust: anybody on the LAN can write what stands here. Bounded per site. `services`:
# the kinds it is offered as (a printer mostly several); `moved_from`: the addresses it had before.
discovered = Table(
    "discovered",
    metadata,
    Column("site", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("instance", String(80), nullable=False),
    Column("host", String(120), nullable=False),
    Column("addresses", JSON, nullable=False),
    Column("port", Integer, nullable=False),
    Column("properties", JSON, nullable=False),
    Column("services", JSON, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("moved_from", JSON, nullable=False),
    Column("moved_at", Instant),
    PrimaryKeyConstraint("site", "role", "instance"),
    CheckConstraint("role IN ('kiosk', 'server', 'printer')", name="role"),
    CheckConstraint("port BETWEEN 0 AND 65535", name="port"),
)

# Displays by their live connection; one that a dead process left is told by its old `seen_at`.
display_links = Table(
    "display_links",
    metadata,
    Column("site", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    PrimaryKeyConstraint("site", "name"),
)

# All that is known of a kiosk, as one full heartbeat; `more` holds what has no column. `earlier`:
# runs of its program before this one. `online`: as the watch last judged it.
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
    Column("session", String(36), nullable=False, server_default=""),
    Column("earlier", JSON, nullable=False, server_default="[]"),
    Column("needs_full", Boolean, nullable=False, server_default=false()),
    Column("online", Boolean, nullable=False, server_default=true()),
    Column("more", JSON, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("site", "kiosk"),
    CheckConstraint("unsent >= 0", name="unsent"),
)

# One row a state, written when it changed. `name` is '' for the kiosk itself.
state_spans = Table(
    "state_spans",
    metadata,
    Column("id", _COUNTED, Identity(), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("subject", String(10), nullable=False),
    Column("name", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("why", String(80), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    CheckConstraint("subject IN ('kiosk', 'device', 'journey')", name="subject"),
    CheckConstraint("verdict IN ('fine', 'warning', 'broken')", name="verdict"),
    CheckConstraint("until IS NULL OR until >= since", name="order"),
)
_HOLDS = text("until IS NULL")
Index(
    "ux_state_spans_holds",
    *(state_spans.c[name] for name in ("site", "kiosk", "subject", "name")),
    unique=True,
    sqlite_where=_HOLDS,
    postgresql_where=_HOLDS,
)
Index("ix_state_spans_until", state_spans.c.site, state_spans.c.until)

# What was used of each supply on each local day.
supply_use = Table(
    "supply_use",
    metadata,
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("device", String(40), nullable=False),
    Column("supply", String(30), nullable=False),
    Column("day", Date, nullable=False),
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("site", "kiosk", "device", "supply", "day"),
    CheckConstraint("used >= 0", name="used"),
)

# One row an alert, from its first moment to its resolution; at most one open a rule and subject.
# `changes`: how often it came and went while it stood. `acknowledged_by`: who has it in hand.
alerts = Table(
    "alerts",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("unstable", Boolean, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("acknowledged_by", String(40)),
    Column("acknowledged_at", Instant),
    PrimaryKeyConstraint("id"),
    CheckConstraint("severity IN ('warning', 'critical')", name="severity"),
    CheckConstraint("(acknowledged_by IS NULL) = (acknowledged_at IS NULL)", name="acknowledged"),
)
_OPEN = text("resolved_at IS NULL")
Index(
    "ux_alerts_open",
    *(alerts.c[name] for name in ("site", "rule", "subject")),
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("ix_alerts_resolved", alerts.c.site, alerts.c.resolved_at)

# What became of an alert, in order. `by`: the person, '' for the server itself.
alert_events = Table(
    "alert_events",
    metadata,
    Column("id", _COUNTED, Identity(), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("alert", String(36), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(40), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(["alert"], ["alerts.id"]),
)
Index("ix_alert_events_alert", alert_events.c.alert, alert_events.c.id)

# Word of an alert on its way to somebody. `target`: an address of the configuration.
alert_notices = Table(
    "alert_notices",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("alert", String(36), nullable=False),
    Column("what", String(20), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("target", String(254), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("outcome", String(10), nullable=False),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["alert"], ["alerts.id"]),
    CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
    CheckConstraint("outcome IN ('waiting', 'sent', 'failed')", name="outcome"),
)

# While one lasts nothing of its kiosk ('': of the whole site) raises an alert.
maintenance = Table(
    "maintenance",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", String(120), nullable=False),
    Column("set_by", String(40), nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("until >= since", name="order"),
)
Index("ix_maintenance_until", maintenance.c.site, maintenance.c.until)

# One row a run of the jobs process: its start, and when it was last known to be there. Between two
# of them nobody could know how the machines stood.
server_runs = Table(
    "server_runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    CheckConstraint("seen_at >= began_at", name="order"),
    Index("ix_server_runs_seen_at", "seen_at"),
)

"""Tables of what is configured for a site."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Time,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata
from queue_server.turns.model.site import CounterState, Leftover
from queue_server.turns.tables.words import one_of

# `version` grows with every change of the site's configuration: processes remember what they read
# at one version. The rest is explained in `model.site.SiteRules` and `model.rule.Rule`.
sites = Table(
    "sites",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("zone", String(40), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("strategy", String(12), nullable=False, server_default="strict"),
    Column("preferential_in_turn", Integer, nullable=False, server_default="2"),
    Column("general_in_turn", Integer, nullable=False, server_default="1"),
    Column("head_start_min", Integer, nullable=False, server_default="20"),
    Column("no_show_returns", Integer, nullable=False, server_default="1"),
    Column("no_show_delay_min", Integer, nullable=False, server_default="5"),
    Column("leftover", String(10), nullable=False, server_default="expire"),
    Column("wait_alarm_min", Integer, nullable=False, server_default="30"),
    Column("clock_limit_s", Integer, nullable=False, server_default="120"),
    Column("complaints", String(200), nullable=False, server_default=""),
    CheckConstraint("strategy IN ('strict', 'interleave', 'ageing')", name="strategy"),
    one_of("leftover", Leftover),
)

services = Table(
    "services",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("code", String(30), nullable=False),
    Column("name", String(80), nullable=False),
    Column("series", String(2), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kiosk_visible", Boolean, nullable=False),
    Column("expected_minutes", Integer, nullable=False, server_default="6"),
    Column("opens", Time),
    Column("closes", Time),
    Column("daily_quota", Integer),
    Column("needs", String(200), nullable=False, server_default=""),
    Column("retired", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("site", "code"),
    UniqueConstraint("site", "series"),
    CheckConstraint("kind IN ('turn', 'certificate')", name="kind"),
)

# Names and needs in the kiosk's other languages; see `model.service_words`.
service_words = Table(
    "service_words",
    metadata,
    Column("site", String(20), nullable=False),
    Column("service", String(30), nullable=False),
    Column("language", String(2), nullable=False),
    Column("name", String(80), nullable=False, server_default=""),
    Column("needs", String(200), nullable=False, server_default=""),
    Column("reviewed_by", String(40)),
    PrimaryKeyConstraint("site", "service", "language"),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    CheckConstraint("language IN ('en', 'qu', 'ay')", name="language"),
    CheckConstraint("name <> '' OR needs <> ''", name="something"),
)

counters = Table(
    "counters",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("code", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("retired", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(10), nullable=False, server_default="closed"),
    Column("operator", String(40)),
    Column("since", Instant),
    Column("pause_reason", String(80), nullable=False, server_default=""),
    PrimaryKeyConstraint("site", "code"),
    one_of("state", CounterState),
    CheckConstraint("(state = 'closed') = (operator IS NULL)", name="operator"),
)

counter_services = Table(
    "counter_services",
    metadata,
    Column("site", String(20), nullable=False),
    Column("counter", String(20), nullable=False),
    Column("service", String(30), nullable=False),
    Column("weight", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("site", "counter", "service"),
    ForeignKeyConstraint(["site", "counter"], ["counters.site", "counters.code"]),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    CheckConstraint("weight BETWEEN 1 AND 9", name="weight"),
)

operator_services = Table(
    "operator_services",
    metadata,
    Column("site", String(20), nullable=False),
    Column("operator", String(40), nullable=False),
    Column("service", String(30), nullable=False),
    Column("weight", Integer, nullable=False),
    PrimaryKeyConstraint("site", "operator", "service"),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    CheckConstraint("weight BETWEEN 0 AND 9", name="weight"),
)

pools = Table(
    "pools",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("code", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    PrimaryKeyConstraint("site", "code"),
)

pool_counters = Table(
    "pool_counters",
    metadata,
    Column("site", String(20), nullable=False),
    Column("pool", String(20), nullable=False),
    Column("counter", String(20), nullable=False),
    PrimaryKeyConstraint("site", "pool", "counter"),
    ForeignKeyConstraint(["site", "pool"], ["pools.site", "pools.code"]),
    ForeignKeyConstraint(["site", "counter"], ["counters.site", "counters.code"]),
)

# Hours of a weekday (0 is Monday); none at all: always open.
openings = Table(
    "openings",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("last_ticket", Time, nullable=False),
    PrimaryKeyConstraint("site", "weekday", "opens"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

# Holidays and days with other hours.
closures = Table(
    "closures",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("day", Date, nullable=False),
    Column("name", String(80), nullable=False),
    Column("opens", Time),
    Column("closes", Time),
    PrimaryKeyConstraint("site", "day"),
)

announcements = Table(
    "announcements",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("id", String(36), nullable=False),
    Column("words", String(200), nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    PrimaryKeyConstraint("site", "id"),
)

"""Tables of the queue. What must never happen is refused here, not only in code."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata

sites = Table(
    "sites",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("zone", String(40), nullable=False),
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
    PrimaryKeyConstraint("site", "code"),
    UniqueConstraint("site", "series"),
    CheckConstraint("kind IN ('turn', 'certificate')", name="kind"),
)

counters = Table(
    "counters",
    metadata,
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("code", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    PrimaryKeyConstraint("site", "code"),
)

counter_services = Table(
    "counter_services",
    metadata,
    Column("site", String(20), nullable=False),
    Column("counter", String(20), nullable=False),
    Column("service", String(30), nullable=False),
    PrimaryKeyConstraint("site", "counter", "service"),
    ForeignKeyConstraint(["site", "counter"], ["counters.site", "counters.code"]),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
)

# The last number given out of a series on a local day.
series_counters = Table(
    "series_counters",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("series", String(2), nullable=False),
    Column("last_number", Integer, nullable=False),
    PrimaryKeyConstraint("site", "day", "series"),
)

# One person's presence. The document is sealed; its keyed index finds it again.
visits = Table(
    "visits",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", ForeignKey("sites.code"), nullable=False),
    Column("day", Date, nullable=False),
    Column("document", LargeBinary),
    Column("document_index", LargeBinary(32)),
    Column("created_at", Instant, nullable=False),
    Index("ix_visits_document", "site", "day", "document_index"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("visit", ForeignKey("visits.id"), nullable=False),
    Column("service", String(30), nullable=False),
    Column("day", Date, nullable=False),
    Column("series", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("attention_class", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("counter", String(20)),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    ForeignKeyConstraint(["site", "counter"], ["counters.site", "counters.code"]),
    UniqueConstraint("site", "day", "series", "number"),
    CheckConstraint("attention_class IN ('general', 'preferential')", name="attention_class"),
    CheckConstraint("state IN ('waiting', 'called', 'finished')", name="state"),
    CheckConstraint("(state = 'waiting') = (counter IS NULL)", name="counter_when_called"),
)

# The head of each line: smallest due_at of (service, class) among the waiting.
Index(
    "ix_tickets_waiting",
    tickets.c.site,
    tickets.c.day,
    tickets.c.service,
    tickets.c.attention_class,
    tickets.c.due_at,
    tickets.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

# A counter serves one ticket at a time.
Index(
    "uq_tickets_open_at_counter",
    tickets.c.site,
    tickets.c.counter,
    unique=True,
    sqlite_where=text("state = 'called'"),
    postgresql_where=text("state = 'called'"),
)

# The changes of state that may happen; filled by the migration from `model.TRANSITIONS`.
ticket_transitions = Table(
    "ticket_transitions",
    metadata,
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

# Every state a ticket was in, with start and end: each statistic is a query over these rows.
periods = Table(
    "periods",
    metadata,
    Column("ticket", ForeignKey("tickets.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("from_state", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("counter", String(20)),
    Column("actor", String(80), nullable=False),
    Column("reason", String(80), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    PrimaryKeyConstraint("ticket", "position"),
    ForeignKeyConstraint(
        ["from_state", "state"],
        ["ticket_transitions.from_state", "ticket_transitions.to_state"],
    ),
    CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="no_negative_time"),
)

# A ticket is in one state at a time.
Index(
    "uq_periods_current",
    periods.c.ticket,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

"""Tables of the queue. What must never happen is refused here, not only in code."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    Float,
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
from queue_server.turns.model.ticket import AttentionClass, TicketState
from queue_server.turns.tables.words import (
    HAS_DOCUMENT,
    IS_AT_COUNTER,
    IS_CALLABLE,
    IS_PREFERENTIAL,
    WAS_CALLED,
    one_of,
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
    sqlite_with_rowid=False,
)

# Numbers a kiosk may give out while the server is away; void after the local day.
blocks = Table(
    "blocks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("service", String(30), nullable=False),
    Column("day", Date, nullable=False),
    Column("series", String(2), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("reserved_at", Instant, nullable=False),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    CheckConstraint("first <= last", name="not_empty"),
    Index("ix_blocks_kiosk", "site", "day", "kiosk"),
)

# Up to which printed number staff called by voice while the server was away.
paper_calls = Table(
    "paper_calls",
    metadata,
    Column("site", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("series", String(2), nullable=False),
    Column("up_to", Integer, nullable=False),
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
    Index(
        "ix_visits_document",
        "site",
        "day",
        "document_index",
        sqlite_where=text(HAS_DOCUMENT),
        postgresql_where=text(HAS_DOCUMENT),
    ),
    sqlite_with_rowid=False,
)

# `day` belongs to the number, `queue_day` to the line: a carried ticket keeps its number.
# `due_at` NULL: on hold until somebody resumes it. `aimed_at`: `counter:V1`, `pool:P` or nobody.
tickets = Table(
    "tickets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("visit", ForeignKey("visits.id"), nullable=False),
    Column("service", String(30), nullable=False),
    Column("day", Date, nullable=False),
    Column("queue_day", Date, nullable=False),
    Column("series", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("attention_class", String(20), nullable=False),
    Column("attention_reason", String(40), nullable=False, server_default=""),
    Column("people", Integer, nullable=False, server_default="1"),
    Column("then", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("aimed_at", String(30), nullable=False, server_default=""),
    Column("counter", String(20)),
    Column("called_at", Instant),
    Column("no_shows", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["site", "service"], ["services.site", "services.code"]),
    ForeignKeyConstraint(["site", "counter"], ["counters.site", "counters.code"]),
    UniqueConstraint("site", "day", "series", "number"),
    one_of("attention_class", AttentionClass),
    one_of("state", TicketState),
    CheckConstraint("people BETWEEN 1 AND 20", name="people"),
    CheckConstraint(f"NOT ({IS_AT_COUNTER}) OR counter IS NOT NULL", name="counter_when_called"),
    CheckConstraint(f"NOT ({IS_CALLABLE}) OR counter IS NULL", name="no_counter_in_line"),
    CheckConstraint("state NOT IN ('waiting', 'transferred') OR due_at IS NOT NULL", name="due"),
    sqlite_with_rowid=False,
)

# Each index is written with every ticket it holds: it holds only those that are looked for.
Index(
    "ix_tickets_called",
    tickets.c.site,
    tickets.c.queue_day,
    tickets.c.called_at,
    sqlite_where=text(WAS_CALLED),
    postgresql_where=text(WAS_CALLED),
)
Index(
    "ix_tickets_preferential",
    tickets.c.site,
    tickets.c.queue_day,
    tickets.c.arrived_at,
    sqlite_where=text(IS_PREFERENTIAL),
    postgresql_where=text(IS_PREFERENTIAL),
)

# The head of each line: smallest due_at of (service, class) among those who may be called.
Index(
    "ix_tickets_line",
    tickets.c.site,
    tickets.c.queue_day,
    tickets.c.aimed_at,
    tickets.c.service,
    tickets.c.attention_class,
    tickets.c.due_at,
    tickets.c.id,
    sqlite_where=text(IS_CALLABLE),
    postgresql_where=text(IS_CALLABLE),
)

# A counter serves one ticket at a time.
Index(
    "uq_tickets_open_at_counter",
    tickets.c.site,
    tickets.c.counter,
    unique=True,
    sqlite_where=text(IS_AT_COUNTER),
    postgresql_where=text(IS_AT_COUNTER),
)

# How many wait in each line; kept by the one function that changes states.
line_counts = Table(
    "line_counts",
    metadata,
    Column("site", String(20), nullable=False),
    Column("queue_day", Date, nullable=False),
    Column("service", String(30), nullable=False),
    Column("attention_class", String(20), nullable=False),
    Column("people", Integer, nullable=False),
    PrimaryKeyConstraint("site", "queue_day", "service", "attention_class"),
    CheckConstraint("people >= 0", name="people"),
    sqlite_with_rowid=False,
)

# How long a service takes here, learnt from every finished attention.
paces = Table(
    "paces",
    metadata,
    Column("site", String(20), nullable=False),
    Column("service", String(30), nullable=False),
    Column("mean_s", Float, nullable=False),
    Column("variance_s2", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    PrimaryKeyConstraint("site", "service"),
    sqlite_with_rowid=False,
)

# The changes of state that may happen; filled by the migration from `model.ticket.TRANSITIONS`.
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
    Column("service", String(30), nullable=False),
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
    sqlite_with_rowid=False,
)

# A ticket is in one state at a time.
Index(
    "uq_periods_current",
    periods.c.ticket,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

# Somebody at a kiosk asked for a person.
help_calls = Table(
    "help_calls",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("place", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(40)),
    CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
)

# One open call for help a place: a second touch is the same call.
Index(
    "uq_help_calls_open",
    help_calls.c.site,
    help_calls.c.place,
    unique=True,
    sqlite_where=text("acknowledged_at IS NULL"),
    postgresql_where=text("acknowledged_at IS NULL"),
)

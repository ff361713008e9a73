"""Read tables of the reports. All of it can be thrown away and folded again from the event log."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from queue_server.core.schema import Instant, metadata

# Up to which event of a site these tables tell. It moves in the transaction that folds.
report_positions = Table(
    "report_positions",
    metadata,
    Column("site", String(20), primary_key=True),
    Column("last_event", BigInteger, nullable=False),
)

# One row a stage of a ticket, as `model.stages.Stage` explains. `day` and `second` are where it
# joined its line by the site's clock, in the zone the site had when it was folded.
report_stages = Table(
    "report_stages",
    metadata,
    Column("site", String(20), nullable=False),
    Column("ticket", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", String(12), nullable=False),
    Column("day", Date, nullable=False),
    Column("second", Integer, nullable=False),
    Column("begun", String(12), nullable=False),
    Column("service", String(30), nullable=False),
    Column("attention_class", String(20), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("in_line", JSON, nullable=False),
    Column("called_at", Instant),
    Column("counter", String(20), nullable=False),
    Column("started_at", Instant),
    Column("transfers", Integer, nullable=False),
    Column("wait_s", Integer),
    Column("served_s", Integer),
    Column("result", String(12), nullable=False),
    Column("ended_at", Instant),
    PrimaryKeyConstraint("site", "ticket", "position"),
    Index("ix_report_stages_day", "site", "day", "ticket", "position"),
)

# What a ticket was before its last call, finish or no-show: these may be undone for a minute.
report_undoable = Table(
    "report_undoable",
    metadata,
    Column("site", String(20), nullable=False),
    Column("ticket", String(36), nullable=False),
    Column("before", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "ticket"),
    Index("ix_report_undoable_at", "site", "at"),
)

# One row an application. `by`: who registered it (`kiosk:K01`); `issued_day`: local, NULL until
# the certificate exists.
report_certificates = Table(
    "report_certificates",
    metadata,
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False),
    Column("by", String(80), nullable=False),
    Column("issued_day", Date),
    PrimaryKeyConstraint("site", "application"),
    Index("ix_report_certificates_day", "site", "issued_day"),
)

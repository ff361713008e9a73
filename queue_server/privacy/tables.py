"""The evidence of retention: each time something was deleted, by which rule, and how much."""

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table

from queue_server.core.schema import Instant, metadata

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("site", String(20), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("deleted", Integer, nullable=False),
    PrimaryKeyConstraint("site", "rule", "at"),
)

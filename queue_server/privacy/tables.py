"""The evidence of retention: each time something was deleted, by which rule, and how much; and the
data keys, by their ids."""

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

# A key since it seals; `sealed_anew_at`: since then no value needs an older one. The keys
# themselves are in no database. What `init` made has no row before it is replaced.
data_keys = Table(
    "data_keys",
    metadata,
    Column("id", String(8), nullable=False),
    Column("since", Instant, nullable=False),
    Column("sealed_anew_at", Instant),
    PrimaryKeyConstraint("id"),
)

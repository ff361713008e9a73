"""The table of the centre's answers, summed up."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    PrimaryKeyConstraint,
    String,
    Table,
)

from queue_server.core.schema import metadata

# One row an operation, an outcome and a bucket: `le` is its upper edge in seconds, as text.
soap_calls = Table(
    "soap_calls",
    metadata,
    Column("site", String(20), nullable=False),
    Column("operation", String(30), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("le", String(8), nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    PrimaryKeyConstraint("site", "operation", "outcome", "le"),
    CheckConstraint("calls >= 0", name="calls"),
)

"""The table of pairings: rows live ten minutes, and a few more so that the page can say how it
ended."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from queue_server.core.schema import Instant, metadata

# `key` is SPAKE2's, sealed; `proof` the digest of the transcript; `sealed` what the kiosk is given,
# readable by it alone. `reply` to `typed_role` stand there while a typed code is being confirmed.
pairings = Table(
    "pairings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("address", String(45), nullable=False),
    Column("device_key", LargeBinary(32), nullable=False),
    Column("message", LargeBinary(33), nullable=False),
    Column("state", String(10), nullable=False),
    Column("wrong_tries", SmallInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("reply", LargeBinary(33)),
    Column("proof", LargeBinary(32)),
    Column("key", LargeBinary),
    Column("typed_by", String(40)),
    Column("typed_role", String(20)),
    Column("sealed", LargeBinary),
    CheckConstraint("state IN ('waiting', 'answered', 'paired', 'closed')", name="state"),
    CheckConstraint("wrong_tries BETWEEN 0 AND 5", name="wrong_tries"),
    CheckConstraint(
        "state <> 'answered' OR (reply IS NOT NULL AND proof IS NOT NULL"
        " AND key IS NOT NULL AND typed_by IS NOT NULL AND typed_role IS NOT NULL)",
        name="answered",
    ),
    CheckConstraint("(state = 'paired') = (sealed IS NOT NULL)", name="paired"),
)
Index("ix_pairings_site_expires_at", pairings.c.site, pairings.c.expires_at)

"""The tables of actions: one row an action, kept 400 days; a bundle is kept seven."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata

# `body` is what was signed, to the letter. `configuration`: the version the kiosk said it runs with
# when it reported last on this action.
kiosk_actions = Table(
    "kiosk_actions",
    metadata,
    Column("id", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("configuration", Integer),
    Column("ordered_by", String(40), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("site", "kiosk", "number"),
    CheckConstraint(
        "kind IN ('self_test', 'test_print', 'restart', 'out_of_service', 'in_service',"
        " 'diagnostics', 'configure')",
        name="kind",
    ),
    CheckConstraint(
        "state IN ('ordered', 'taken', 'waiting', 'running', 'done', 'failed', 'refused',"
        " 'expired', 'unheard')",
        name="state",
    ),
    CheckConstraint("expires_at > ordered_at", name="expires"),
)
IS_OPEN = text("state IN ('ordered', 'taken', 'waiting', 'running')")
# One action of a kiosk at a time.
Index(
    "ux_kiosk_actions_open",
    kiosk_actions.c.site,
    kiosk_actions.c.kiosk,
    unique=True,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
Index("ix_kiosk_actions_ordered", kiosk_actions.c.site, kiosk_actions.c.ordered_at)

# What a kiosk gathered of itself: a tar.gz, sealed.
kiosk_bundles = Table(
    "kiosk_bundles",
    metadata,
    Column("action", String(36), nullable=False),
    Column("site", String(20), nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("action"),
    ForeignKeyConstraint(["action"], ["kiosk_actions.id"]),
)
Index("ix_kiosk_bundles_kept", kiosk_bundles.c.kept_at)

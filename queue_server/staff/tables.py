"""Tables of access: device credentials, staff accounts, sessions. Secrets only as hashes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# One row a device. The secret is 256 random bits, so a plain SHA-256 of it is enough.
credentials = Table(
    "credentials",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    CheckConstraint("role IN ('kiosk')", name="role"),
)

# A device has one live credential; an older one must be revoked first.
Index(
    "uq_credentials_live",
    credentials.c.site,
    credentials.c.role,
    credentials.c.name,
    unique=True,
    sqlite_where=text("revoked_at IS NULL"),
    postgresql_where=text("revoked_at IS NULL"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("site", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    PrimaryKeyConstraint("site", "name"),
    CheckConstraint("role IN ('staff', 'it')", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("expires_at", Instant, nullable=False),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)

"""Tables of access: credentials of devices, accounts, sessions. Secrets only as hashes."""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from queue_server.core.schema import Instant, metadata
from queue_server.staff.model import DEVICES, PEOPLE, Role


def _one_of(roles: Iterable[Role]) -> CheckConstraint:
    words = ", ".join(f"'{role}'" for role in roles)
    return CheckConstraint(f"role IN ({words})", name="role")


# One row a device. The secret is 256 random bits, so a plain SHA-256 of it is enough.
# A paired kiosk has a `device_key` (Ed25519, RFC 8032); without one it is a development token or a
# display. `next_hash`: the secret it renewed to, and has not used yet.
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
    Column("device_key", LargeBinary(32)),
    Column("expires_at", Instant),
    Column("next_hash", LargeBinary(32)),
    Column("next_expires_at", Instant),
    _one_of(DEVICES),
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

# A display that shows its code and waits for a supervisor. Approved, its id and its secret's hash
# become a credential, so the cookie it already holds opens the room to it.
display_requests = Table(
    "display_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("code", String(6), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("expires_at", Instant, nullable=False),
    UniqueConstraint("site", "code"),
)

# `one_time`: somebody else made the password; it opens nothing but the page that changes it.
accounts = Table(
    "accounts",
    metadata,
    Column("site", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("full_name", LargeBinary, nullable=False),  # sealed: it is personal data
    Column("password_hash", String(200), nullable=False),
    Column("one_time", Boolean, nullable=False),
    Column("disabled_at", Instant),
    PrimaryKeyConstraint("site", "name"),
    _one_of(PEOPLE),
)

# The cookie is a reference: 256 random bits, kept here as their SHA-256. `id` is its public name.
# `proven_at`: when its person last showed who they are; `by_code`: with a second factor. `browser`
# and `address` are for its person to know it again.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("active_at", Instant, nullable=False),
    Column("proven_at", Instant),
    Column("by_code", Boolean, nullable=False, server_default=false()),
    Column("wrong_proofs", SmallInteger, nullable=False, server_default="0"),
    Column("browser", String(40), nullable=False, server_default=""),
    Column("address", String(45), nullable=False, server_default=""),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)
Index("ix_sessions_account", sessions.c.site, sessions.c.account)

# Between password and code: opens nothing but the form for the code.
half_sessions = Table(
    "half_sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong_tries", SmallInteger, nullable=False),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)
Index("ix_half_sessions_account", half_sessions.c.site, half_sessions.c.account)

# The secret of an account's app, sealed. `offered` becomes `secret` when its first code was typed.
# `last_step`: the newest step whose code was used; none is taken twice.
second_factors = Table(
    "second_factors",
    metadata,
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("secret", LargeBinary),
    Column("confirmed_at", Instant),
    Column("offered", LargeBinary),
    Column("offered_at", Instant),
    Column("last_step", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "account"),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)

# Each opens once; a used one is deleted. 80 random bits, so a plain SHA-256 is enough.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("site", "account", "code_hash"),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)

# Browsers in which an account signed in to the end: they are not slowed by who guesses elsewhere.
known_browsers = Table(
    "known_browsers",
    metadata,
    Column("site", String(20), nullable=False),
    Column("account", String(40), nullable=False),
    Column("browser_hash", LargeBinary(32), nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "account", "browser_hash"),
    ForeignKeyConstraint(["site", "account"], ["accounts.site", "accounts.name"]),
)

# How much of each allowance of guesses is used up. `bucket` is a keyed digest: what was typed as a
# name may have been a password.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("site", String(20), nullable=False),
    Column("bucket", LargeBinary(32), nullable=False),
    Column("whole_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "bucket"),
)
Index("ix_sign_in_tries_last_at", sign_in_tries.c.last_at)

# The one way in while a site has no administrator; at most one a site. With `account` it stands
# for the second factor that this administrator lost.
administrator_codes = Table(
    "administrator_codes",
    metadata,
    Column("site", String(20), primary_key=True),
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong_tries", SmallInteger, nullable=False),
    Column("account", String(40)),
)

# The code that opens one kiosk's staff menu; at most one a kiosk. Six digits, so the hash is keyed.
# It goes (`code_hash` NULL) when it was used, or guessed at too often.
kiosk_codes = Table(
    "kiosk_codes",
    metadata,
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("code_hash", LargeBinary(32)),
    Column("asked_by", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong_tries", SmallInteger, nullable=False),
    Column("blocked_until", Instant),
    PrimaryKeyConstraint("site", "kiosk"),
    _one_of(PEOPLE),
)

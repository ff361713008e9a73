"""Tables of the core: the event log with its per-site ids, and the replies kept for retries."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata

# One row a site. It is updated inside the writing transaction, so the id of an event never
# becomes visible before a smaller one. `last_mac`: that event's MAC, where the audit chain goes on;
# NULL until what was recorded before there was a chain has been closed.
event_counters = Table(
    "event_counters",
    metadata,
    Column("site", String(20), primary_key=True),
    Column("last_id", BigInteger, nullable=False),
    Column("last_mac", LargeBinary(32)),
    sqlite_with_rowid=False,
)

# At once feed, idempotency record and audit. `body` holds ids and words only, never personal data.
# Append-only by trigger. `mac`: see core/audit.py; NULL in rows from before the chain.
events = Table(
    "events",
    metadata,
    Column("site", String(20), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("key", String(80), nullable=False),
    Column("request_hash", LargeBinary(32)),
    Column("actor", String(80), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Column("mac", LargeBinary(32)),
    PrimaryKeyConstraint("site", "id"),
    # The key first: PostgreSQL plans for an empty table too, and must not see in the primary key
    # as good a way to a key.
    UniqueConstraint("key", "site"),
    sqlite_with_rowid=False,
)

# What is known of a site's audit chain: when its head was last written down outside (`anchored_…`),
# when the whole chain was last walked and up to where (`verified_…`), and what that found.
audit_states = Table(
    "audit_states",
    metadata,
    Column("site", String(20), primary_key=True),
    Column("anchored_at", Instant),
    Column("anchored_id", BigInteger),
    Column("verified_at", Instant),
    Column("verified_id", BigInteger),
    Column("fault", String(300)),
)

# When somebody last looked at one person's record: a second look within ten minutes is no event.
person_looks = Table(
    "person_looks",
    metadata,
    Column("site", String(20), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("record", String(80), nullable=False),
    Column("page", String(60), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "actor", "record", "page"),
)

# Which process does a periodic job, and until when it may think so.
job_leases = Table(
    "job_leases",
    metadata,
    Column("job", String(40), nullable=False),
    Column("holder", String(36), nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("job"),
)

# What was answered to a key, sealed; deleted after 48 h. Written in the transaction of its event; a
# foreign key would only look for it again.
replies = Table(
    "replies",
    metadata,
    Column("site", String(20), nullable=False),
    Column("key", String(80), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("key", "site"),
)

# What must leave the site, written in the transaction that decided it and claimed by the relay.
# `attempts` is raised by the claim, before anything is sent: above 1, the earlier attempt may have
# reached the centre, which is then asked before anything is repeated. Errands of one `chain` are
# carried out in the order they were left. `live`: somebody stands and waits for it. `stumbles`: how
# often something was wrong with the errand itself, not with the line. `due_at`: when its time came;
# back-off moves `not_before` only.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("chain", String(40), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("stumbles", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("reason", String(80), nullable=False),
    UniqueConstraint("site", "kind", "subject"),
    CheckConstraint("state IN ('waiting', 'claimed', 'done', 'parked')", name="state"),
    CheckConstraint("(state = 'claimed') = (claimed_until IS NOT NULL)", name="claim"),
)
_OPEN = text("state IN ('waiting', 'claimed')")
for _name, _columns in (
    ("ix_outbox_due", (outbox.c.not_before, outbox.c.id)),
    ("ix_outbox_chain", (outbox.c.chain, outbox.c.id)),
):
    Index(_name, *_columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
_LIVE = text("state IN ('waiting', 'claimed') AND live")
Index(
    "ix_outbox_live",
    outbox.c.created_at,
    outbox.c.id,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)
_PARKED = text("state = 'parked'")
Index("ix_outbox_parked", outbox.c.site, sqlite_where=_PARKED, postgresql_where=_PARKED)

"""Tables of issuance. Who applied and what was issued is sealed; states and numbers are not."""

from sqlalchemy import (
    CheckConstraint,
    Column,
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
from queue_server.issuance.call_times.tables import soap_calls as soap_calls

# `id` is minted at the kiosk and is the idempotency key everywhere; `number` is for people.
# `erased_at`: since then `applicant` holds nobody, and no document finds the row.
applications = Table(
    "applications",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("number", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("applicant", LargeBinary, nullable=False),
    Column("document_index", LargeBinary(32), nullable=False),
    Column("email", LargeBinary),
    Column("purpose", String(5), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("refusal", String(30)),
    Column("certificate_number", String(40)),
    Column("registered_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("erased_at", Instant),
    UniqueConstraint("site", "number"),
    # A new certificate is paid for; one in force is sent again for nothing.
    CheckConstraint("purpose IN ('new', 'again')", name="purpose"),
    CheckConstraint("(purpose = 'new') = (amount_centimos > 0)", name="amount"),
    CheckConstraint("amount_centimos >= 0", name="not_negative"),
    CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    Index("ix_applications_document", "site", "document_index"),
    # What is under review, and how many stand where.
    Index("ix_applications_state", "site", "state"),
)

# The changes of state that may happen; filled by the migration from `model.TRANSITIONS`.
application_transitions = Table(
    "application_transitions",
    metadata,
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

application_steps = Table(
    "application_steps",
    metadata,
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("from_state", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("application", "position"),
    # A state is entered once: two relays that settle the same answer cannot both win.
    UniqueConstraint("application", "state"),
    ForeignKeyConstraint(
        ["from_state", "state"],
        ["application_transitions.from_state", "application_transitions.to_state"],
    ),
)

# The verified PDF and its private link, sealed; the link is found by its keyed index. When the link
# expires the file and the secret go; that they were here, and until when, stays as evidence.
certificates = Table(
    "certificates",
    metadata,
    Column("application", ForeignKey("applications.id"), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("pdf", LargeBinary),
    Column("sha256", String(64), nullable=False),
    Column("signer", String(200), nullable=False),
    Column("link", LargeBinary),
    Column("link_index", LargeBinary(32), nullable=False, unique=True),
    Column("stored_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("forgotten_at", Instant),
    CheckConstraint("(forgotten_at IS NULL) = (pdf IS NOT NULL)", name="file"),
    CheckConstraint("(forgotten_at IS NULL) = (link IS NOT NULL)", name="link"),
)
_KEPT = text("forgotten_at IS NULL")
Index(
    "ix_certificates_expires_at",
    certificates.c.expires_at,
    sqlite_where=_KEPT,
    postgresql_where=_KEPT,
)

# Who came by the private link: when, and whether the page was opened or the file taken. Nothing of
# whoever it was. The newest are kept; `position` counts on, so how many there were stays known.
link_views = Table(
    "link_views",
    metadata,
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("what", String(5), nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("application", "what", "position"),
    CheckConstraint("what IN ('page', 'file')", name="what"),
)

# Who of the staff was let to a certificate's file, at which counter. `grant_index` is the keyed
# digest of the word that opens it once, soon, and only for that person; `taken_at`: it did.
collections = Table(
    "collections",
    metadata,
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("person", String(40), nullable=False),
    Column("counter", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("grant_index", LargeBinary(32), nullable=False, unique=True),
    Column("taken_at", Instant),
    PrimaryKeyConstraint("application", "position"),
)

# Every e-mail an application ever owed. A retry keeps `message_id`; a letter to a corrected address
# is another one. A certificate's letter that was overtaken by a correction is withdrawn.
letters = Table(
    "letters",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    Column("message_id", String(120), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("code", Integer),
    Column("written_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("application", "position"),
    CheckConstraint("state IN ('waiting', 'sent', 'failed', 'withdrawn')", name="state"),
)

# When the address of an application was corrected; the database itself keeps it to five times.
email_corrections = Table(
    "email_corrections",
    metadata,
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("application", "position"),
    CheckConstraint("position BETWEEN 1 AND 5", name="position"),
)

# How often somebody asked for an application by number with a document that is not its own. Numbers
# that do not exist count the same, so `number` is one of 65,536 keyed digests: no flood grows it.
tracking_misses = Table(
    "tracking_misses",
    metadata,
    Column("site", String(20), nullable=False),
    Column("number", String(20), nullable=False),
    Column("misses", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("site", "number"),
)

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
)

from queue_server.core.schema import Instant, metadata

# `id` is minted at the kiosk and is the idempotency key everywhere; `number` is for people.
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
    Column("amount_centimos", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("refusal", String(30)),
    Column("certificate_number", String(40)),
    Column("registered_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("site", "number"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    Index("ix_applications_document", "site", "document_index"),
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

# The verified PDF and its private link, sealed; the link is found by its keyed index.
certificates = Table(
    "certificates",
    metadata,
    Column("application", ForeignKey("applications.id"), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("signer", String(200), nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("link_index", LargeBinary(32), nullable=False, unique=True),
    Column("stored_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

# One e-mail an application. `message_id` is the same on every retry.
deliveries = Table(
    "deliveries",
    metadata,
    Column("application", ForeignKey("applications.id"), primary_key=True),
    Column("message_id", String(120), nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", Integer),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state"),
)

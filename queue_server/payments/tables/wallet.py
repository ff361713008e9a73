"""The charges of the wallets' gateway."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# The changes of state that may happen; filled by the migration from `model.wallet.TRANSITIONS`.
wallet_transitions = Table(
    "wallet_transitions",
    metadata,
    Column("from_state", String(14), nullable=False),
    Column("to_state", String(14), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

# Written before the gateway is asked. `id` is the kiosk's id of the payment; `payload`, the code,
# is sealed. `came_from`: the state before this one, so that the database knows each change;
# `changed_at`: since when it stands like this. `refusal`: the gateway's word, for staff.
wallet_charges = Table(
    "wallet_charges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("application", String(36), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("reference", String(25), nullable=False),
    Column("came_from", String(14), nullable=False),
    Column("state", String(14), nullable=False),
    Column("payload", LargeBinary),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("gave_up_at", Instant),
    Column("gateway_reference", String(64)),
    Column("paid_centimos", Integer),
    Column("paid_at", Instant),
    Column("owed_for", String(20)),
    Column("refund_reference", String(64)),
    Column("refusal", String(40)),
    ForeignKeyConstraint(
        ["came_from", "state"],
        ["wallet_transitions.from_state", "wallet_transitions.to_state"],
    ),
    CheckConstraint("amount_centimos > 0", name="positive"),
    CheckConstraint("state <> 'waiting' OR payload IS NOT NULL", name="code"),
    CheckConstraint("state <> 'canceling' OR gave_up_at IS NOT NULL", name="gave_up"),
    CheckConstraint(
        "(state IN ('paid', 'to_refund', 'refunded', 'refund_refused'))"
        " = (gateway_reference IS NOT NULL)",
        name="money",
    ),
    CheckConstraint(
        "(state IN ('to_refund', 'refunded', 'refund_refused')) = (owed_for IS NOT NULL)",
        name="owed",
    ),
    CheckConstraint("(state = 'refunded') = (refund_reference IS NOT NULL)", name="refunded"),
    CheckConstraint(
        "(state IN ('refused', 'refund_refused')) = (refusal IS NOT NULL)", name="refusal"
    ),
    Index("ix_wallet_charges_application", "application", "opened_at"),
)
_OPEN = text("state IN ('opening', 'waiting', 'canceling')")
_UNRESOLVED = text("state IN ('opening', 'waiting', 'canceling', 'to_refund')")
_REFUSED = text("state = 'refund_refused'")
# An application can be paid at one code at a time.
Index(
    "uq_wallet_charges_open",
    wallet_charges.c.application,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "ix_wallet_charges_unresolved",
    wallet_charges.c.changed_at,
    sqlite_where=_UNRESOLVED,
    postgresql_where=_UNRESOLVED,
)
Index(
    "ix_wallet_charges_refused",
    wallet_charges.c.site,
    sqlite_where=_REFUSED,
    postgresql_where=_REFUSED,
)

"""Wallet charges."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('opening', 'waiting', 'canceling')")
_UNRESOLVED = sa.text("state IN ('opening', 'waiting', 'canceling', 'to_refund')")
_REFUSED = sa.text("state = 'refund_refused'")


def upgrade() -> None:
    op.create_table(
        "wallet_transitions",
        sa.Column("from_state", sa.String(length=14), nullable=False),
        sa.Column("to_state", sa.String(length=14), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name="pk_wallet_transitions"),
    )
    op.create_table(
        "wallet_charges",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=25), nullable=False),
        sa.Column("came_from", sa.String(length=14), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("gave_up_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("gateway_reference", sa.String(length=64), nullable=True),
        sa.Column("paid_centimos", sa.Integer(), nullable=True),
        sa.Column("paid_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("owed_for", sa.String(length=20), nullable=True),
        sa.Column("refund_reference", sa.String(length=64), nullable=True),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_wallet_charges_positive")),
        sa.CheckConstraint(
            "state <> 'waiting' OR payload IS NOT NULL", name=op.f("ck_wallet_charges_code")
        ),
        sa.CheckConstraint(
            "state <> 'canceling' OR gave_up_at IS NOT NULL", name=op.f("ck_wallet_charges_gave_up")
        ),
        sa.CheckConstraint(
            "(state IN ('paid', 'to_refund', 'refunded', 'refund_refused')) = (gateway_reference IS NOT NULL)",
            name=op.f("ck_wallet_charges_money"),
        ),
        sa.CheckConstraint(
            "(state IN ('to_refund', 'refunded', 'refund_refused')) = (owed_for IS NOT NULL)",
            name=op.f("ck_wallet_charges_owed"),
        ),
        sa.CheckConstraint(
            "(state = 'refunded') = (refund_reference IS NOT NULL)",
            name=op.f("ck_wallet_charges_refunded"),
        ),
        sa.CheckConstraint(
            "(state IN ('refused', 'refund_refused')) = (refusal IS NOT NULL)",
            name=op.f("ck_wallet_charges_refusal"),
        ),
        sa.ForeignKeyConstraint(
            ["came_from", "state"],
            ["wallet_transitions.from_state", "wallet_transitions.to_state"],
            name="fk_wallet_charges_came_from",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_wallet_charges"),
    )
    op.create_index(
        "ix_wallet_charges_application",
        "wallet_charges",
        ["application", "opened_at"],
        unique=False,
    )
    op.create_index(
        "uq_wallet_charges_open",
        "wallet_charges",
        ["application"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_wallet_charges_unresolved",
        "wallet_charges",
        ["changed_at"],
        unique=False,
        sqlite_where=_UNRESOLVED,
        postgresql_where=_UNRESOLVED,
    )
    op.create_index(
        "ix_wallet_charges_refused",
        "wallet_charges",
        ["site"],
        unique=False,
        sqlite_where=_REFUSED,
        postgresql_where=_REFUSED,
    )
    op.bulk_insert(
        sa.table(
            "wallet_transitions",
            sa.column("from_state", sa.String()),
            sa.column("to_state", sa.String()),
        ),
        [
            {"from_state": "", "to_state": "opening"},
            {"from_state": "opening", "to_state": "waiting"},
            {"from_state": "opening", "to_state": "canceling"},
            {"from_state": "waiting", "to_state": "canceling"},
            {"from_state": "opening", "to_state": "paid"},
            {"from_state": "waiting", "to_state": "paid"},
            {"from_state": "canceling", "to_state": "paid"},
            {"from_state": "opening", "to_state": "expired"},
            {"from_state": "waiting", "to_state": "expired"},
            {"from_state": "canceling", "to_state": "expired"},
            {"from_state": "opening", "to_state": "canceled"},
            {"from_state": "waiting", "to_state": "canceled"},
            {"from_state": "canceling", "to_state": "canceled"},
            {"from_state": "opening", "to_state": "refused"},
            {"from_state": "opening", "to_state": "to_refund"},
            {"from_state": "waiting", "to_state": "to_refund"},
            {"from_state": "canceling", "to_state": "to_refund"},
            {"from_state": "refused", "to_state": "to_refund"},
            {"from_state": "expired", "to_state": "to_refund"},
            {"from_state": "canceled", "to_state": "to_refund"},
            {"from_state": "paid", "to_state": "to_refund"},
            {"from_state": "to_refund", "to_state": "refunded"},
            {"from_state": "to_refund", "to_state": "refund_refused"},
        ],
    )


def downgrade() -> None:
    op.drop_table("wallet_charges")
    op.drop_table("wallet_transitions")

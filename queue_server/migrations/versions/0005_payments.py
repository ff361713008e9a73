"""The first tables: fees and payments."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fees",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_fees_positive")),
        sa.PrimaryKeyConstraint("site", "service", "valid_from", name="pk_fees"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("authorisation_code", sa.String(length=20), nullable=False),
        sa.Column("rrn", sa.String(length=40), nullable=False),
        sa.Column("stan", sa.String(length=20), nullable=False),
        sa.Column("masked_last4", sa.String(length=4), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("paid_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("means IN ('card')", name=op.f("ck_payments_means")),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_payments_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("application", name="uq_payments_application"),
        sa.UniqueConstraint(
            "terminal_id", "rrn", "paid_at", name="uq_payments_terminal_id_rrn_paid_at"
        ),
    )


def downgrade() -> None:
    op.drop_table("payments")
    op.drop_table("fees")

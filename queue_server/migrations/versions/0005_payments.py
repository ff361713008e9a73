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
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("paid_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("returned_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "means IN ('card', 'voucher', 'cash', 'wallet')", name=op.f("ck_payments_means")
        ),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_payments_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("application", name="uq_payments_application"),
    )
    op.create_index(
        "uq_payments_reference",
        "payments",
        ["means", "reference"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "vouchers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("voucher", sa.LargeBinary(), nullable=False),
        sa.Column("voucher_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("refusal", sa.String(length=30), nullable=True),
        sa.Column("presented_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("give_up_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_vouchers_refusal")
        ),
        sa.CheckConstraint(
            "state IN ('checking', 'not_visible', 'applied', 'refused', 'withdrawn', 'returned')",
            name=op.f("ck_vouchers_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_vouchers"),
    )
    op.create_index(
        "ix_vouchers_application", "vouchers", ["application", "presented_at"], unique=False
    )
    op.create_index(
        "uq_vouchers_held",
        "vouchers",
        ["voucher_index"],
        unique=True,
        sqlite_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
        postgresql_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
    )
    op.create_index(
        "uq_vouchers_of_application",
        "vouchers",
        ["application"],
        unique=True,
        sqlite_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
        postgresql_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
    )
    op.create_table(
        "card_payments",
        sa.Column("payment", sa.String(length=36), nullable=False),
        sa.Column("terminal_id", sa.String(length=64), nullable=False),
        sa.Column("authorisation_code", sa.String(length=64), nullable=False),
        sa.Column("rrn", sa.String(length=64), nullable=False),
        sa.Column("stan", sa.String(length=64), nullable=False),
        sa.Column("masked_last4", sa.String(length=4), nullable=False),
        sa.Column("scheme", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["payment"], ["payments.id"], name="fk_card_payments_payment"),
        sa.PrimaryKeyConstraint("payment", name="pk_card_payments"),
    )


def downgrade() -> None:
    op.drop_table("card_payments")
    op.drop_index(
        "uq_vouchers_of_application",
        table_name="vouchers",
        sqlite_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
        postgresql_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
    )
    op.drop_index(
        "uq_vouchers_held",
        table_name="vouchers",
        sqlite_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
        postgresql_where=sa.text("state IN ('checking', 'not_visible', 'applied')"),
    )
    op.drop_index("ix_vouchers_application", table_name="vouchers")
    op.drop_table("vouchers")
    op.drop_index(
        "uq_payments_reference",
        table_name="payments",
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.drop_table("payments")
    op.drop_table("fees")

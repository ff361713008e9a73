"""Codes that open the staff menu of a kiosk."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_codes",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False),
        sa.Column("blocked_until", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('counter', 'cashier', 'supervisor', 'it', 'auditor', 'administrator')",
            name=op.f("ck_kiosk_codes_role"),
        ),
        sa.PrimaryKeyConstraint("site", "kiosk", name=op.f("pk_kiosk_codes")),
    )


def downgrade() -> None:
    op.drop_table("kiosk_codes")

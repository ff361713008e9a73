"""The first tables: devices seen."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discovered",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("instance", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("first_seen", schema.Instant(timezone=True), nullable=False),
        sa.Column("last_seen", schema.Instant(timezone=True), nullable=False),
        sa.Column("gone_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('kiosk', 'server')", name=op.f("ck_discovered_role")),
        sa.CheckConstraint("port BETWEEN 0 AND 65535", name=op.f("ck_discovered_port")),
        sa.PrimaryKeyConstraint("site", "instance", name="pk_discovered"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("received_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("boot_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("build", sa.String(length=40), nullable=False),
        sa.Column("screen", sa.String(length=40), nullable=False),
        sa.Column("devices", sa.JSON(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.CheckConstraint("unsent >= 0", name=op.f("ck_heartbeats_unsent")),
        sa.PrimaryKeyConstraint("site", "kiosk", name="pk_heartbeats"),
    )


def downgrade() -> None:
    op.drop_table("heartbeats")
    op.drop_table("discovered")

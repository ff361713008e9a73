"""Pairings of kiosks; credentials know their device's key, run out and are renewed."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ADDED = {
    "device_key": sa.LargeBinary(length=32),
    "expires_at": schema.Instant(timezone=True),
    "next_hash": sa.LargeBinary(length=32),
    "next_expires_at": schema.Instant(timezone=True),
}


def upgrade() -> None:
    for name, kind in _ADDED.items():
        op.add_column("credentials", sa.Column(name, kind, nullable=True))
    op.create_table(
        "pairings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("message", sa.LargeBinary(length=33), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("reply", sa.LargeBinary(length=33), nullable=True),
        sa.Column("proof", sa.LargeBinary(length=32), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("typed_by", sa.String(length=40), nullable=True),
        sa.Column("typed_role", sa.String(length=20), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'answered', 'paired', 'closed')", name=op.f("ck_pairings_state")
        ),
        sa.CheckConstraint("wrong_tries BETWEEN 0 AND 5", name=op.f("ck_pairings_wrong_tries")),
        sa.CheckConstraint(
            "state <> 'answered' OR (reply IS NOT NULL AND proof IS NOT NULL"
            " AND key IS NOT NULL AND typed_by IS NOT NULL AND typed_role IS NOT NULL)",
            name=op.f("ck_pairings_answered"),
        ),
        sa.CheckConstraint(
            "(state = 'paired') = (sealed IS NOT NULL)", name=op.f("ck_pairings_paired")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
    )
    op.create_index("ix_pairings_site_expires_at", "pairings", ["site", "expires_at"])


def downgrade() -> None:
    op.drop_index("ix_pairings_site_expires_at", table_name="pairings")
    op.drop_table("pairings")
    for name in reversed(_ADDED):
        op.drop_column("credentials", name)

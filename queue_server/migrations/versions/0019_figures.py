"""What the figures need: calls to the centre summed up, and when the server itself ran."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "soap_calls",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("operation", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("le", sa.String(length=8), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.CheckConstraint("calls >= 0", name=op.f("ck_soap_calls_calls")),
        sa.PrimaryKeyConstraint("site", "operation", "outcome", "le", name="pk_soap_calls"),
    )
    op.create_table(
        "server_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("began_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("seen_at >= began_at", name=op.f("ck_server_runs_order")),
        sa.PrimaryKeyConstraint("id", name="pk_server_runs"),
    )
    op.create_index("ix_server_runs_seen_at", "server_runs", ["seen_at"])


def downgrade() -> None:
    op.drop_table("server_runs")
    op.drop_table("soap_calls")

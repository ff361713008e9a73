"""The first tables: read tables of the reports."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_certificates",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("issued_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("site", "application", name="pk_report_certificates"),
    )
    op.create_index(
        "ix_report_certificates_day", "report_certificates", ["site", "issued_day"], unique=False
    )
    op.create_table(
        "report_positions",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_report_positions"),
    )
    op.create_table(
        "report_stages",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("begun", sa.String(length=12), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("attention_class", sa.String(length=20), nullable=False),
        sa.Column("joined_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("in_line", sa.JSON(), nullable=False),
        sa.Column("called_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("counter", sa.String(length=20), nullable=False),
        sa.Column("started_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("wait_s", sa.Integer(), nullable=True),
        sa.Column("served_s", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("ended_at", schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site", "ticket", "position", name="pk_report_stages"),
    )
    op.create_index(
        "ix_report_stages_day", "report_stages", ["site", "day", "ticket", "position"], unique=False
    )
    op.create_table(
        "report_undoable",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "ticket", name="pk_report_undoable"),
    )
    op.create_index("ix_report_undoable_at", "report_undoable", ["site", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_report_undoable_at", table_name="report_undoable")
    op.drop_table("report_undoable")
    op.drop_index("ix_report_stages_day", table_name="report_stages")
    op.drop_table("report_stages")
    op.drop_table("report_positions")
    op.drop_index("ix_report_certificates_day", table_name="report_certificates")
    op.drop_table("report_certificates")

"""The day close: kiosks' reports, the centre's ledger, sealed closes."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_reports",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("heard_at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", "kiosk", name=op.f("pk_day_reports")),
    )
    op.create_table(
        "day_payments",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("payment", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("site", "payment", name=op.f("pk_day_payments")),
    )
    op.create_index("ix_day_payments_day", "day_payments", ["site", "day"], unique=False)
    op.create_table(
        "centre_days",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wanted_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("asked_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_centre_days")),
    )
    op.create_table(
        "centre_takings",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("paid_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "means IN ('card', 'voucher', 'cash', 'wallet')", name=op.f("ck_centre_takings_means")
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'under_review', 'refused')", name=op.f("ck_centre_takings_state")
        ),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_centre_takings_positive")),
        sa.PrimaryKeyConstraint("site", "application", name=op.f("pk_centre_takings")),
    )
    op.create_index("ix_centre_takings_day", "centre_takings", ["site", "day"], unique=False)
    op.create_table(
        "day_closes",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("sealed_by", sa.String(length=80), nullable=False),
        sa.Column("sealed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_day_closes_number")),
        sa.PrimaryKeyConstraint("site", "day", "number", name=op.f("pk_day_closes")),
    )
    _refuse_changes()


def _refuse_changes() -> None:
    """A sealed close stays as it is, whoever writes."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER day_closes_never_{what.lower()} BEFORE {what} ON day_closes"
                " BEGIN SELECT RAISE(ABORT, 'a sealed close never changes'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION day_closes_never_change() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''a sealed close never changes''; END'"
    )
    op.execute(
        "CREATE TRIGGER day_closes_never_change BEFORE UPDATE OR DELETE ON day_closes"
        " FOR EACH ROW EXECUTE FUNCTION day_closes_never_change()"
    )


def downgrade() -> None:
    op.drop_table("day_closes")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION day_closes_never_change()")
    op.drop_index("ix_centre_takings_day", table_name="centre_takings")
    op.drop_table("centre_takings")
    op.drop_table("centre_days")
    op.drop_index("ix_day_payments_day", table_name="day_payments")
    op.drop_table("day_payments")
    op.drop_table("day_reports")

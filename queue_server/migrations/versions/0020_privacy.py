"""Personal data: when it was erased, which data keys there are, who does a periodic job."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ERASED = ("applications", "vouchers", "claims")


def upgrade() -> None:
    for table in _ERASED:
        op.add_column(table, sa.Column("erased_at", schema.Instant(timezone=True), nullable=True))
    # What is offered is sealed for its own column from now on; who was enrolling begins again.
    op.execute("UPDATE second_factors SET offered = NULL, offered_at = NULL")
    op.create_table(
        "data_keys",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("since", schema.Instant(timezone=True), nullable=False),
        sa.Column("sealed_anew_at", schema.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_keys")),
    )
    op.create_table(
        "job_leases",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("until", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_leases")),
    )


def downgrade() -> None:
    op.drop_table("job_leases")
    op.drop_table("data_keys")
    for table in reversed(_ERASED):
        op.drop_column(table, "erased_at")

"""Names of services, and what they ask for, in the other languages of the kiosk."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_words",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("needs", sa.String(length=200), server_default="", nullable=False),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "language IN ('en', 'qu', 'ay')", name=op.f("ck_service_words_language")
        ),
        sa.CheckConstraint("name <> '' OR needs <> ''", name=op.f("ck_service_words_something")),
        sa.ForeignKeyConstraint(
            ["site", "service"],
            ["services.site", "services.code"],
            name=op.f("fk_service_words_site_service"),
        ),
        sa.PrimaryKeyConstraint("site", "service", "language", name=op.f("pk_service_words")),
    )


def downgrade() -> None:
    op.drop_table("service_words")

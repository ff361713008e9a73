"""The first tables: credentials, accounts, sessions."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.CheckConstraint("role IN ('staff', 'it')", name="ck_accounts_role"),
        sa.PrimaryKeyConstraint("site", "name", name="pk_accounts"),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("revoked_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('kiosk')", name="ck_credentials_role"),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
    )
    op.create_index(
        "uq_credentials_live",
        "credentials",
        ["site", "role", "name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "account"], ["accounts.site", "accounts.name"], name="fk_sessions_site_account"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )


def downgrade() -> None:
    op.drop_table("sessions")
    op.drop_index(
        "uq_credentials_live",
        table_name="credentials",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("credentials")
    op.drop_table("accounts")

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
        sa.Column("full_name", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('counter', 'cashier', 'supervisor', 'it', 'auditor', 'administrator')",
            name=op.f("ck_accounts_role"),
        ),
        sa.PrimaryKeyConstraint("site", "name", name="pk_accounts"),
    )
    op.create_table(
        "administrator_codes",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_administrator_codes"),
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
        sa.CheckConstraint("role IN ('kiosk', 'display')", name=op.f("ck_credentials_role")),
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
        "display_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_display_requests"),
        sa.UniqueConstraint("site", "code", name="uq_display_requests_site_code"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("opened_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("active_at", schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "account"], ["accounts.site", "accounts.name"], name="fk_sessions_site_account"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
    )
    op.create_index("ix_sessions_account", "sessions", ["site", "account"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sessions_account", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("display_requests")
    op.drop_index(
        "uq_credentials_live",
        table_name="credentials",
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("credentials")
    op.drop_table("administrator_codes")
    op.drop_table("accounts")

"""A second factor for staff, sign-in in two steps, known browsers, counted guesses."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site", "account"],
        ["accounts.site", "accounts.name"],
        name=op.f(f"fk_{table}_site_account"),
    )


_SESSIONS = (
    sa.Column("proven_at", schema.Instant(timezone=True), nullable=True),
    sa.Column("by_code", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("wrong_proofs", sa.SmallInteger(), server_default="0", nullable=False),
    sa.Column("browser", sa.String(length=40), server_default="", nullable=False),
    sa.Column("address", sa.String(length=45), server_default="", nullable=False),
)


def upgrade() -> None:
    for column in _SESSIONS:
        op.add_column("sessions", column)
    op.add_column("administrator_codes", sa.Column("account", sa.String(length=40), nullable=True))
    op.create_table(
        "half_sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False),
        _of_account("half_sessions"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_sessions")),
    )
    op.create_index("ix_half_sessions_account", "half_sessions", ["site", "account"])
    op.create_table(
        "second_factors",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("offered", sa.LargeBinary(), nullable=True),
        sa.Column("offered_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _of_account("second_factors"),
        sa.PrimaryKeyConstraint("site", "account", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        _of_account("recovery_codes"),
        sa.PrimaryKeyConstraint("site", "account", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "known_browsers",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_at", schema.Instant(timezone=True), nullable=False),
        _of_account("known_browsers"),
        sa.PrimaryKeyConstraint("site", "account", "browser_hash", name=op.f("pk_known_browsers")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("whole_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("last_at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "bucket", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"])


def downgrade() -> None:
    for table in (
        "sign_in_tries",
        "known_browsers",
        "recovery_codes",
        "second_factors",
        "half_sessions",
    ):
        op.drop_table(table)
    op.drop_column("administrator_codes", "account")
    for column in reversed(_SESSIONS):
        op.drop_column("sessions", column.name)

"""Actions: what kiosks are told to do, and the bundles they send of themselves."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('ordered', 'taken', 'waiting', 'running')")


def _instant(name: str) -> sa.Column:
    return sa.Column(name, schema.Instant(timezone=True), nullable=False)


def _words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "kiosk_actions",
        _words("id", 36),
        _words("site", 20),
        _words("kiosk", 40),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _words("kind", 20),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        _words("state", 10),
        _words("detail", 400),
        sa.Column("configuration", sa.Integer(), nullable=True),
        _words("ordered_by", 40),
        _instant("ordered_at"),
        _instant("expires_at"),
        _instant("changed_at"),
        sa.CheckConstraint(
            "kind IN ('self_test', 'test_print', 'restart', 'out_of_service', 'in_service', 'diagnostics', 'configure')",
            name=op.f("ck_kiosk_actions_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('ordered', 'taken', 'waiting', 'running', 'done', 'failed', 'refused', 'expired', 'unheard')",
            name=op.f("ck_kiosk_actions_state"),
        ),
        sa.CheckConstraint("expires_at > ordered_at", name=op.f("ck_kiosk_actions_expires")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_actions")),
        sa.UniqueConstraint(
            "site", "kiosk", "number", name=op.f("uq_kiosk_actions_site_kiosk_number")
        ),
    )
    op.create_index(
        "ux_kiosk_actions_open",
        "kiosk_actions",
        ["site", "kiosk"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_kiosk_actions_ordered", "kiosk_actions", ["site", "ordered_at"])
    op.create_table(
        "kiosk_bundles",
        _words("action", 36),
        _words("site", 20),
        _instant("kept_at"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["kiosk_actions.id"], name=op.f("fk_kiosk_bundles_action")
        ),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_kiosk_bundles")),
    )
    op.create_index("ix_kiosk_bundles_kept", "kiosk_bundles", ["kept_at"])


def downgrade() -> None:
    op.drop_table("kiosk_bundles")
    op.drop_table("kiosk_actions")

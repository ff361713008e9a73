"""The hub: what sites tell, what their kiosks shall do; credentials of sites; a site's own notes."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('waiting', 'relayed')")
_LIVE = sa.text("revoked_at IS NULL")
_LIVE_INDEX = ("uq_credentials_live", "credentials", ["site", "role", "name"])


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, schema.Instant(timezone=True), nullable=nullable)


def _words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    _credentials_of("'kiosk', 'display', 'site'")
    _at_the_hub()
    _orders()
    _at_a_site()


def _credentials_of(roles: str) -> None:
    """SQLite changes a CHECK by making the table anew; its partial index goes with the old one."""
    op.drop_index("uq_credentials_live", table_name="credentials")
    with op.batch_alter_table("credentials") as credentials:
        credentials.drop_constraint(op.f("ck_credentials_role"), type_="check")
        credentials.create_check_constraint(op.f("ck_credentials_role"), f"role IN ({roles})")
    op.create_index(
        *_LIVE_INDEX,
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def _at_the_hub() -> None:
    op.create_table(
        "hub_sites",
        _words("site", 20),
        _instant("heard_at"),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        _instant("anchored_at", nullable=True),
        _words("state_digest", 64),
        _instant("state_at", nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_hub_sites")),
    )
    op.create_table(
        "hub_events",
        _words("site", 20),
        sa.Column("id", sa.BigInteger(), nullable=False),
        _instant("at"),
        _words("kind", 60),
        _words("actor", 80),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_hub_events")),
    )
    op.create_index("ix_hub_events_at", "hub_events", ["at"])
    op.create_table(
        "hub_anchors",
        _words("site", 20),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        _instant("at"),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_hub_anchors")),
    )
    op.create_table(
        "hub_days",
        _words("site", 20),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("certificates", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        _instant("told_at"),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_hub_days")),
    )
    op.create_index("ix_hub_days_day", "hub_days", ["day"])


def _orders() -> None:
    op.create_table(
        "hub_orders",
        _words("id", 36),
        _words("site", 20),
        _words("kiosk", 40),
        _words("kind", 20),
        sa.Column("arguments", sa.JSON(), nullable=False),
        _words("state", 10),
        _words("detail", 400),
        _words("ordered_by", 40),
        _instant("ordered_at"),
        _instant("valid_until"),
        _instant("changed_at"),
        sa.CheckConstraint(
            "state IN ('waiting', 'relayed', 'done', 'failed', 'refused', 'expired', 'cancelled')",
            name=op.f("ck_hub_orders_state"),
        ),
        sa.CheckConstraint("valid_until > ordered_at", name=op.f("ck_hub_orders_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_orders")),
    )
    op.create_index(
        "ix_hub_orders_open",
        "hub_orders",
        ["site", "ordered_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_hub_orders_ordered", "hub_orders", ["site", "ordered_at"])


def _at_a_site() -> None:
    op.create_table(
        "hub_orders_taken",
        _words("id", 36),
        _words("site", 20),
        sa.Column("action", sa.String(length=36), nullable=True),
        _words("state", 10),
        _words("detail", 400),
        _instant("at"),
        _words("told", 10),
        sa.ForeignKeyConstraint(
            ["action"],
            ["kiosk_actions.id"],
            name=op.f("fk_hub_orders_taken_action"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_orders_taken")),
    )
    op.create_table(
        "hub_days_told",
        _words("site", 20),
        sa.Column("day", sa.Date(), nullable=False),
        _words("digest", 64),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_hub_days_told")),
    )
    op.create_table(
        "hub_standings",
        _words("site", 20),
        _words("standing", 12),
        _instant("since"),
        _instant("heard_at", nullable=True),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "standing IN ('told', 'away', 'refused', 'not_enrolled', 'shut_out')",
            name=op.f("ck_hub_standings_standing"),
        ),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_hub_standings")),
    )


def downgrade() -> None:
    for table in (
        "hub_standings",
        "hub_days_told",
        "hub_orders_taken",
        "hub_orders",
        "hub_days",
        "hub_anchors",
        "hub_events",
        "hub_sites",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM credentials WHERE role = 'site'")
    _credentials_of("'kiosk', 'display'")

"""The fleet: full heartbeats, printers on the LAN, how everything stood, supplies, alerts."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_HOLDS = sa.text("until IS NULL")
_OPEN = sa.text("resolved_at IS NULL")


def _instant(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, schema.Instant(timezone=True), nullable=nullable)


def _words(name: str, length: int, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def upgrade() -> None:
    _discovered_anew()
    _heartbeats()
    _history()
    _alerts()


def _discovered_anew() -> None:
    """What stands there is found again at the next look at the LAN."""
    op.drop_table("discovered")
    op.create_table(
        "discovered",
        _words("site", 20),
        _words("role", 20),
        _words("instance", 80),
        _words("host", 120),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        _instant("first_seen"),
        _instant("last_seen"),
        _instant("gone_at", nullable=True),
        sa.Column("moved_from", sa.JSON(), nullable=False),
        _instant("moved_at", nullable=True),
        sa.CheckConstraint(
            "role IN ('kiosk', 'server', 'printer')", name=op.f("ck_discovered_role")
        ),
        sa.CheckConstraint("port BETWEEN 0 AND 65535", name=op.f("ck_discovered_port")),
        sa.PrimaryKeyConstraint("site", "role", "instance", name="pk_discovered"),
    )
    op.create_table(
        "display_links",
        _words("site", 20),
        _words("name", 40),
        _instant("connected_at"),
        _instant("seen_at"),
        _instant("gone_at", nullable=True),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_display_links")),
    )


def _heartbeats() -> None:
    with op.batch_alter_table("heartbeats") as heartbeats:
        heartbeats.add_column(
            sa.Column("session", sa.String(length=36), server_default="", nullable=False)
        )
        heartbeats.add_column(sa.Column("earlier", sa.JSON(), server_default="[]", nullable=False))
        heartbeats.add_column(
            sa.Column("needs_full", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        heartbeats.add_column(
            sa.Column("online", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        heartbeats.add_column(sa.Column("more", sa.JSON(), server_default="{}", nullable=False))


def _history() -> None:
    op.create_table(
        "state_spans",
        sa.Column("id", _COUNTED, sa.Identity(), nullable=False),
        _words("site", 20),
        _words("kiosk", 40),
        _words("subject", 10),
        _words("name", 60),
        _words("state", 20),
        _words("verdict", 10),
        _words("why", 80),
        _instant("since"),
        _instant("until", nullable=True),
        sa.CheckConstraint(
            "subject IN ('kiosk', 'device', 'journey')", name=op.f("ck_state_spans_subject")
        ),
        sa.CheckConstraint(
            "verdict IN ('fine', 'warning', 'broken')", name=op.f("ck_state_spans_verdict")
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_state_spans_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_spans")),
    )
    op.create_index(
        "ux_state_spans_holds",
        "state_spans",
        ["site", "kiosk", "subject", "name"],
        unique=True,
        sqlite_where=_HOLDS,
        postgresql_where=_HOLDS,
    )
    op.create_index("ix_state_spans_until", "state_spans", ["site", "until"])
    op.create_table(
        "supply_use",
        _words("site", 20),
        _words("kiosk", 40),
        _words("device", 40),
        _words("supply", 30),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_supply_use_used")),
        sa.PrimaryKeyConstraint(
            "site", "kiosk", "device", "supply", "day", name=op.f("pk_supply_use")
        ),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        _words("id", 36),
        _words("site", 20),
        _words("rule", 40),
        _words("subject", 80),
        _words("severity", 10),
        sa.Column("unstable", sa.Boolean(), nullable=False),
        _words("detail", 200),
        sa.Column("changes", sa.Integer(), nullable=False),
        _instant("opened_at"),
        _instant("resolved_at", nullable=True),
        _words("acknowledged_by", 40, nullable=True),
        _instant("acknowledged_at", nullable=True),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_alerts_severity")),
        sa.CheckConstraint(
            "(acknowledged_by IS NULL) = (acknowledged_at IS NULL)",
            name=op.f("ck_alerts_acknowledged"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "ux_alerts_open",
        "alerts",
        ["site", "rule", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_alerts_resolved", "alerts", ["site", "resolved_at"])
    op.create_table(
        "alert_events",
        sa.Column("id", _COUNTED, sa.Identity(), nullable=False),
        _words("site", 20),
        _words("alert", 36),
        _words("kind", 20),
        _words("by", 40),
        _words("detail", 200),
        _instant("at"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_alert_events_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_events")),
    )
    op.create_index("ix_alert_events_alert", "alert_events", ["alert", "id"])
    op.create_table(
        "alert_notices",
        _words("id", 36),
        _words("site", 20),
        _words("alert", 36),
        _words("what", 20),
        _words("channel", 10),
        _words("target", 254),
        _instant("written_at"),
        _instant("settled_at", nullable=True),
        _words("outcome", 10),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_alert_notices_channel")),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'sent', 'failed')", name=op.f("ck_alert_notices_outcome")
        ),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_alert_notices_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notices")),
    )
    op.create_table(
        "maintenance",
        _words("id", 36),
        _words("site", 20),
        _words("kiosk", 40),
        _instant("since"),
        _instant("until"),
        _words("reason", 120),
        _words("set_by", 40),
        sa.CheckConstraint("until >= since", name=op.f("ck_maintenance_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index("ix_maintenance_until", "maintenance", ["site", "until"])


def downgrade() -> None:
    for table in (
        "maintenance",
        "alert_notices",
        "alert_events",
        "alerts",
        "supply_use",
        "state_spans",
    ):
        op.drop_table(table)
    with op.batch_alter_table("heartbeats") as heartbeats:
        for column in ("more", "online", "needs_full", "earlier", "session"):
            heartbeats.drop_column(column)
    op.drop_table("display_links")
    op.drop_table("discovered")
    op.create_table(
        "discovered",
        _words("site", 20),
        _words("instance", 80),
        _words("role", 20),
        _words("host", 120),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        _instant("first_seen"),
        _instant("last_seen"),
        _instant("gone_at", nullable=True),
        sa.CheckConstraint("role IN ('kiosk', 'server')", name=op.f("ck_discovered_role")),
        sa.CheckConstraint("port BETWEEN 0 AND 65535", name=op.f("ck_discovered_port")),
        sa.PrimaryKeyConstraint("site", "instance", name="pk_discovered"),
    )

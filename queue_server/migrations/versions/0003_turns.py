"""The first tables: the queue."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "help_calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("raised_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("acknowledged_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_help_calls_acknowledged"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_help_calls"),
    )
    op.create_index(
        "uq_help_calls_open",
        "help_calls",
        ["site", "place"],
        unique=True,
        sqlite_where=sa.text("acknowledged_at IS NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_table(
        "line_counts",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("queue_day", sa.Date(), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("attention_class", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_line_counts_people")),
        sa.PrimaryKeyConstraint(
            "site", "queue_day", "service", "attention_class", name="pk_line_counts"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paces",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("mean_s", sa.Float(), nullable=False),
        sa.Column("variance_s2", sa.Float(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "service", name="pk_paces"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_calls",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", "series", name="pk_paper_calls"),
    )
    op.create_table(
        "series_counters",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", "series", name="pk_series_counters"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sites",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("strategy", sa.String(length=12), server_default="strict", nullable=False),
        sa.Column("preferential_in_turn", sa.Integer(), server_default="2", nullable=False),
        sa.Column("general_in_turn", sa.Integer(), server_default="1", nullable=False),
        sa.Column("head_start_min", sa.Integer(), server_default="20", nullable=False),
        sa.Column("no_show_returns", sa.Integer(), server_default="1", nullable=False),
        sa.Column("no_show_delay_min", sa.Integer(), server_default="5", nullable=False),
        sa.Column("leftover", sa.String(length=10), server_default="expire", nullable=False),
        sa.Column("wait_alarm_min", sa.Integer(), server_default="30", nullable=False),
        sa.Column("clock_limit_s", sa.Integer(), server_default="120", nullable=False),
        sa.Column("complaints", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("leftover IN ('expire', 'carry')", name=op.f("ck_sites_leftover")),
        sa.CheckConstraint(
            "strategy IN ('strict', 'interleave', 'ageing')", name=op.f("ck_sites_strategy")
        ),
        sa.PrimaryKeyConstraint("code", name="pk_sites"),
    )
    op.create_table(
        "ticket_transitions",
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name="pk_ticket_transitions"),
    )
    op.create_table(
        "announcements",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_announcements_site"),
        sa.PrimaryKeyConstraint("site", "id", name="pk_announcements"),
    )
    op.create_table(
        "closures",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_closures_site"),
        sa.PrimaryKeyConstraint("site", "day", name="pk_closures"),
    )
    op.create_table(
        "counters",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="closed", nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=True),
        sa.Column("since", schema.Instant(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (operator IS NULL)", name=op.f("ck_counters_operator")
        ),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name=op.f("ck_counters_state")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_counters_site"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_counters"),
    )
    op.create_table(
        "openings",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("last_ticket", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_openings_weekday")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_openings_site"),
        sa.PrimaryKeyConstraint("site", "weekday", "opens", name="pk_openings"),
    )
    op.create_table(
        "pools",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_pools_site"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_pools"),
    )
    op.create_table(
        "services",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kiosk_visible", sa.Boolean(), nullable=False),
        sa.Column("expected_minutes", sa.Integer(), server_default="6", nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("daily_quota", sa.Integer(), nullable=True),
        sa.Column("needs", sa.String(length=200), server_default="", nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.CheckConstraint("kind IN ('turn', 'certificate')", name=op.f("ck_services_kind")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_services_site"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_services"),
        sa.UniqueConstraint("site", "series", name="uq_services_site_series"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("document_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_visits_site"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_visits_document",
        "visits",
        ["site", "day", "document_index"],
        unique=False,
        sqlite_where=sa.text("document_index IS NOT NULL"),
        postgresql_where=sa.text("document_index IS NOT NULL"),
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("reserved_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_blocks_not_empty")),
        sa.ForeignKeyConstraint(
            ["site", "service"], ["services.site", "services.code"], name="fk_blocks_site_service"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_blocks"),
    )
    op.create_index("ix_blocks_kiosk", "blocks", ["site", "day", "kiosk"], unique=False)
    op.create_table(
        "counter_services",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("weight", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 9", name=op.f("ck_counter_services_weight")),
        sa.ForeignKeyConstraint(
            ["site", "counter"],
            ["counters.site", "counters.code"],
            name="fk_counter_services_site_counter",
        ),
        sa.ForeignKeyConstraint(
            ["site", "service"],
            ["services.site", "services.code"],
            name="fk_counter_services_site_service",
        ),
        sa.PrimaryKeyConstraint("site", "counter", "service", name="pk_counter_services"),
    )
    op.create_table(
        "operator_services",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 9", name=op.f("ck_operator_services_weight")),
        sa.ForeignKeyConstraint(
            ["site", "service"],
            ["services.site", "services.code"],
            name="fk_operator_services_site_service",
        ),
        sa.PrimaryKeyConstraint("site", "operator", "service", name="pk_operator_services"),
    )
    op.create_table(
        "pool_counters",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("pool", sa.String(length=20), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "counter"],
            ["counters.site", "counters.code"],
            name="fk_pool_counters_site_counter",
        ),
        sa.ForeignKeyConstraint(
            ["site", "pool"], ["pools.site", "pools.code"], name="fk_pool_counters_site_pool"
        ),
        sa.PrimaryKeyConstraint("site", "pool", "counter", name="pk_pool_counters"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("visit", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("queue_day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attention_class", sa.String(length=20), nullable=False),
        sa.Column("attention_reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("people", sa.Integer(), server_default="1", nullable=False),
        sa.Column("then", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("arrived_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("due_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("aimed_at", sa.String(length=30), server_default="", nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=True),
        sa.Column("called_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("no_shows", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "NOT (state IN ('called', 'serving')) OR counter IS NOT NULL",
            name=op.f("ck_tickets_counter_when_called"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('waiting', 'transferred', 'on_hold')) OR counter IS NULL",
            name=op.f("ck_tickets_no_counter_in_line"),
        ),
        sa.CheckConstraint(
            "attention_class IN ('general', 'preferential')",
            name=op.f("ck_tickets_attention_class"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'transferred', 'on_hold', 'called', 'serving', 'finished', 'no_show', 'cancelled', 'expired')",
            name=op.f("ck_tickets_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting', 'transferred') OR due_at IS NOT NULL",
            name=op.f("ck_tickets_due"),
        ),
        sa.CheckConstraint("people BETWEEN 1 AND 20", name=op.f("ck_tickets_people")),
        sa.ForeignKeyConstraint(
            ["site", "counter"], ["counters.site", "counters.code"], name="fk_tickets_site_counter"
        ),
        sa.ForeignKeyConstraint(
            ["site", "service"], ["services.site", "services.code"], name="fk_tickets_site_service"
        ),
        sa.ForeignKeyConstraint(["visit"], ["visits.id"], name="fk_tickets_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint(
            "site", "day", "series", "number", name="uq_tickets_site_day_series_number"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_tickets_called",
        "tickets",
        ["site", "queue_day", "called_at"],
        unique=False,
        sqlite_where=sa.text("called_at IS NOT NULL"),
        postgresql_where=sa.text("called_at IS NOT NULL"),
    )
    op.create_index(
        "ix_tickets_line",
        "tickets",
        ["site", "queue_day", "aimed_at", "service", "attention_class", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'transferred', 'on_hold')"),
        postgresql_where=sa.text("state IN ('waiting', 'transferred', 'on_hold')"),
    )
    op.create_index(
        "ix_tickets_preferential",
        "tickets",
        ["site", "queue_day", "arrived_at"],
        unique=False,
        sqlite_where=sa.text("attention_class = 'preferential'"),
        postgresql_where=sa.text("attention_class = 'preferential'"),
    )
    op.create_index(
        "uq_tickets_open_at_counter",
        "tickets",
        ["site", "counter"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )
    op.create_table(
        "periods",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("started_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_periods_no_negative_time")
        ),
        sa.ForeignKeyConstraint(
            ["from_state", "state"],
            ["ticket_transitions.from_state", "ticket_transitions.to_state"],
            name="fk_periods_from_state_state",
        ),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name="fk_periods_ticket"),
        sa.PrimaryKeyConstraint("ticket", "position", name="pk_periods"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_periods_current",
        "periods",
        ["ticket"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.bulk_insert(
        sa.table(
            "ticket_transitions",
            sa.column("from_state", sa.String()),
            sa.column("to_state", sa.String()),
        ),
        [
            {"from_state": "", "to_state": "waiting"},
            {"from_state": "", "to_state": "serving"},
            {"from_state": "", "to_state": "finished"},
            {"from_state": "", "to_state": "expired"},
            {"from_state": "waiting", "to_state": "called"},
            {"from_state": "waiting", "to_state": "transferred"},
            {"from_state": "waiting", "to_state": "on_hold"},
            {"from_state": "waiting", "to_state": "cancelled"},
            {"from_state": "waiting", "to_state": "expired"},
            {"from_state": "waiting", "to_state": "finished"},
            {"from_state": "transferred", "to_state": "called"},
            {"from_state": "transferred", "to_state": "transferred"},
            {"from_state": "transferred", "to_state": "on_hold"},
            {"from_state": "transferred", "to_state": "cancelled"},
            {"from_state": "transferred", "to_state": "expired"},
            {"from_state": "transferred", "to_state": "finished"},
            {"from_state": "on_hold", "to_state": "called"},
            {"from_state": "on_hold", "to_state": "transferred"},
            {"from_state": "on_hold", "to_state": "on_hold"},
            {"from_state": "on_hold", "to_state": "cancelled"},
            {"from_state": "on_hold", "to_state": "expired"},
            {"from_state": "on_hold", "to_state": "finished"},
            {"from_state": "on_hold", "to_state": "waiting"},
            {"from_state": "called", "to_state": "serving"},
            {"from_state": "called", "to_state": "called"},
            {"from_state": "serving", "to_state": "serving"},
            {"from_state": "called", "to_state": "waiting"},
            {"from_state": "called", "to_state": "on_hold"},
            {"from_state": "called", "to_state": "transferred"},
            {"from_state": "called", "to_state": "finished"},
            {"from_state": "called", "to_state": "no_show"},
            {"from_state": "called", "to_state": "cancelled"},
            {"from_state": "serving", "to_state": "on_hold"},
            {"from_state": "serving", "to_state": "transferred"},
            {"from_state": "serving", "to_state": "finished"},
            {"from_state": "serving", "to_state": "no_show"},
            {"from_state": "serving", "to_state": "cancelled"},
            {"from_state": "finished", "to_state": "called"},
            {"from_state": "finished", "to_state": "serving"},
            {"from_state": "no_show", "to_state": "called"},
            {"from_state": "no_show", "to_state": "waiting"},
        ],
    )


def downgrade() -> None:
    op.drop_index(
        "uq_periods_current",
        table_name="periods",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("periods")
    op.drop_index(
        "uq_tickets_open_at_counter",
        table_name="tickets",
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )
    op.drop_index(
        "ix_tickets_preferential",
        table_name="tickets",
        sqlite_where=sa.text("attention_class = 'preferential'"),
        postgresql_where=sa.text("attention_class = 'preferential'"),
    )
    op.drop_index(
        "ix_tickets_line",
        table_name="tickets",
        sqlite_where=sa.text("state IN ('waiting', 'transferred', 'on_hold')"),
        postgresql_where=sa.text("state IN ('waiting', 'transferred', 'on_hold')"),
    )
    op.drop_index(
        "ix_tickets_called",
        table_name="tickets",
        sqlite_where=sa.text("called_at IS NOT NULL"),
        postgresql_where=sa.text("called_at IS NOT NULL"),
    )
    op.drop_table("tickets")
    op.drop_table("pool_counters")
    op.drop_table("operator_services")
    op.drop_table("counter_services")
    op.drop_index("ix_blocks_kiosk", table_name="blocks")
    op.drop_table("blocks")
    op.drop_index(
        "ix_visits_document",
        table_name="visits",
        sqlite_where=sa.text("document_index IS NOT NULL"),
        postgresql_where=sa.text("document_index IS NOT NULL"),
    )
    op.drop_table("visits")
    op.drop_table("services")
    op.drop_table("pools")
    op.drop_table("openings")
    op.drop_table("counters")
    op.drop_table("closures")
    op.drop_table("announcements")
    op.drop_table("ticket_transitions")
    op.drop_table("sites")
    op.drop_table("series_counters")
    op.drop_table("paper_calls")
    op.drop_table("paces")
    op.drop_table("line_counts")
    op.drop_index(
        "uq_help_calls_open",
        table_name="help_calls",
        sqlite_where=sa.text("acknowledged_at IS NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.drop_table("help_calls")

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
        "series_counters",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", "series", name="pk_series_counters"),
    )
    op.create_table(
        "sites",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_sites"),
    )
    op.create_table(
        "ticket_transitions",
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name="pk_ticket_transitions"),
    )
    op.create_table(
        "counters",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name="fk_counters_site"),
        sa.PrimaryKeyConstraint("site", "code", name="pk_counters"),
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
        sa.CheckConstraint("kind IN ('turn', 'certificate')", name="ck_services_kind"),
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
    )
    op.create_index("ix_visits_document", "visits", ["site", "day", "document_index"], unique=False)
    op.create_table(
        "counter_services",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
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
        "tickets",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("visit", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attention_class", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("arrived_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("due_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (counter IS NULL)", name="ck_tickets_counter_when_called"
        ),
        sa.CheckConstraint(
            "attention_class IN ('general', 'preferential')", name="ck_tickets_attention_class"
        ),
        sa.CheckConstraint("state IN ('waiting', 'called', 'finished')", name="ck_tickets_state"),
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
    )
    op.create_index(
        "ix_tickets_waiting",
        "tickets",
        ["site", "day", "service", "attention_class", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_tickets_open_at_counter",
        "tickets",
        ["site", "counter"],
        unique=True,
        sqlite_where=sa.text("state = 'called'"),
        postgresql_where=sa.text("state = 'called'"),
    )
    op.create_table(
        "periods",
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("started_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name="ck_periods_no_negative_time"
        ),
        sa.ForeignKeyConstraint(
            ["from_state", "state"],
            ["ticket_transitions.from_state", "ticket_transitions.to_state"],
            name="fk_periods_from_state_state",
        ),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name="fk_periods_ticket"),
        sa.PrimaryKeyConstraint("ticket", "position", name="pk_periods"),
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
            {"from_state": "waiting", "to_state": "called"},
            {"from_state": "called", "to_state": "finished"},
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
        sqlite_where=sa.text("state = 'called'"),
        postgresql_where=sa.text("state = 'called'"),
    )
    op.drop_index(
        "ix_tickets_waiting",
        table_name="tickets",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("tickets")
    op.drop_table("counter_services")
    op.drop_index("ix_visits_document", table_name="visits")
    op.drop_table("visits")
    op.drop_table("services")
    op.drop_table("counters")
    op.drop_table("ticket_transitions")
    op.drop_table("sites")
    op.drop_table("series_counters")

"""Cash boxes of kiosks, and their emptyings."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    transitions = op.create_table(
        "emptying_transitions",
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_emptying_transitions")),
    )
    op.create_table(
        "emptyings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("serials", sa.JSON(), nullable=False),
        sa.Column("came_from", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_role", sa.String(length=20), nullable=False),
        sa.Column("asked_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("confirmed_role", sa.String(length=20), nullable=True),
        sa.Column("confirmed_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("closed_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("placed_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("placed_by", sa.String(length=40), nullable=True),
        sa.Column("slips", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.Column("entered_role", sa.String(length=20), nullable=True),
        sa.Column("entered_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("counted_by", sa.String(length=40), nullable=True),
        sa.Column("counted_role", sa.String(length=20), nullable=True),
        sa.Column("counted_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("counts", sa.Integer(), nullable=False),
        sa.Column("adopted", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR asked_role = 'supervisor' OR confirmed_role = 'supervisor'",
            name=op.f("ck_emptyings_supervised"),
        ),
        sa.CheckConstraint(
            "counted_by IS NULL OR entered_role = 'supervisor' OR counted_role = 'supervisor'",
            name=op.f("ck_emptyings_vouched"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'lapsed') OR confirmed_by IS NOT NULL",
            name=op.f("ck_emptyings_confirmed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('settled', 'differs') OR counted_by IS NOT NULL",
            name=op.f("ck_emptyings_counted"),
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> asked_by", name=op.f("ck_emptyings_two_open")
        ),
        sa.CheckConstraint(
            "counted_by IS NULL OR counted_by <> entered_by", name=op.f("ck_emptyings_two_count")
        ),
        sa.CheckConstraint(
            "placed_at IS NULL OR closed_at IS NOT NULL", name=op.f("ck_emptyings_placed")
        ),
        sa.ForeignKeyConstraint(
            ["came_from", "state"],
            ["emptying_transitions.from_state", "emptying_transitions.to_state"],
            name=op.f("fk_emptyings_came_from_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emptyings")),
    )
    op.create_index("ix_emptyings_kiosk", "emptyings", ["site", "kiosk", "asked_at"], unique=False)
    op.create_index(
        "uq_emptyings_pending",
        "emptyings",
        ["site", "kiosk"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'confirmed', 'taken')"),
        postgresql_where=sa.text("state IN ('asked', 'confirmed', 'taken')"),
    )
    op.create_table(
        "cash_boxes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("sort", sa.String(length=8), nullable=False),
        sa.Column("coin_centimos", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("start_coins", sa.Integer(), nullable=True),
        sa.Column("given_coins", sa.Integer(), nullable=False),
        sa.Column("doubtful_coins", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("opened_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("told_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("emptying", sa.String(length=36), nullable=True),
        sa.Column("counted", sa.JSON(), nullable=True),
        sa.Column("found_coins", sa.Integer(), nullable=True),
        sa.Column("loaded_coins", sa.Integer(), nullable=True),
        sa.Column("taken_coins", sa.Integer(), nullable=True),
        sa.Column("left_coins", sa.Integer(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("difference_centimos", sa.Integer(), nullable=True),
        sa.CheckConstraint("sort IN ('acceptor', 'hopper')", name=op.f("ck_cash_boxes_sort")),
        sa.CheckConstraint(
            "(agrees IS NULL) = (difference_centimos IS NULL)", name=op.f("ck_cash_boxes_judged")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_cash_boxes_capacity")),
        sa.CheckConstraint(
            "emptying IS NULL OR closed_at IS NOT NULL", name=op.f("ck_cash_boxes_closed")
        ),
        sa.CheckConstraint(
            "given_coins >= 0 AND doubtful_coins >= 0", name=op.f("ck_cash_boxes_coins")
        ),
        sa.ForeignKeyConstraint(
            ["emptying"], ["emptyings.id"], name=op.f("fk_cash_boxes_emptying")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_boxes")),
        sa.UniqueConstraint(
            "site", "kiosk", "number", name=op.f("uq_cash_boxes_site_kiosk_number")
        ),
    )
    op.create_index("ix_cash_boxes_emptying", "cash_boxes", ["emptying"], unique=False)
    op.create_index(
        "uq_cash_boxes_in_place",
        "cash_boxes",
        ["site", "kiosk", "serial"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.bulk_insert(
        transitions,
        [
            {"from_state": "", "to_state": "asked"},
            {"from_state": "asked", "to_state": "confirmed"},
            {"from_state": "confirmed", "to_state": "taken"},
            {"from_state": "asked", "to_state": "lapsed"},
            {"from_state": "confirmed", "to_state": "lapsed"},
            {"from_state": "taken", "to_state": "lapsed"},
            {"from_state": "confirmed", "to_state": "closed"},
            {"from_state": "taken", "to_state": "closed"},
            {"from_state": "lapsed", "to_state": "closed"},
            {"from_state": "closed", "to_state": "entered"},
            {"from_state": "entered", "to_state": "closed"},
            {"from_state": "entered", "to_state": "settled"},
            {"from_state": "entered", "to_state": "differs"},
            {"from_state": "differs", "to_state": "closed"},
            {"from_state": "differs", "to_state": "settled"},
        ],
    )


def downgrade() -> None:
    op.drop_index(
        "uq_cash_boxes_in_place",
        table_name="cash_boxes",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_cash_boxes_emptying", table_name="cash_boxes")
    op.drop_table("cash_boxes")
    op.drop_index(
        "uq_emptyings_pending",
        table_name="emptyings",
        sqlite_where=sa.text("state IN ('asked', 'confirmed', 'taken')"),
        postgresql_where=sa.text("state IN ('asked', 'confirmed', 'taken')"),
    )
    op.drop_index("ix_emptyings_kiosk", table_name="emptyings")
    op.drop_table("emptyings")
    op.drop_table("emptying_transitions")

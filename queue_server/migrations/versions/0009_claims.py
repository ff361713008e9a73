"""Cash, claims, returns, payments in doubt."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cash_pieces",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("held_by", sa.String(length=7), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("freed_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "freed_at IS NULL OR held_by = 'claim'", name=op.f("ck_cash_pieces_freed")
        ),
        sa.CheckConstraint("held_by IN ('payment', 'claim')", name=op.f("ck_cash_pieces_held_by")),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_cash_pieces_positive")),
        sa.PrimaryKeyConstraint("id", "owner", name=op.f("pk_cash_pieces")),
    )
    op.create_index("ix_cash_pieces_owner", "cash_pieces", ["owner"], unique=False)
    op.create_index(
        "uq_cash_pieces_held",
        "cash_pieces",
        ["id"],
        unique=True,
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.create_table(
        "claim_transitions",
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_claim_transitions")),
    )
    op.create_table(
        "doubts",
        sa.Column("payment", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=True),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("since", schema.Instant(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("told_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=True),
        sa.Column("ended", sa.String(length=12), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("proof", sa.String(length=20), nullable=True),
        sa.Column("contradicted", sa.Boolean(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ended IN ('not_charged', 'charged', 'returned', 'claimed')",
            name=op.f("ck_doubts_ended"),
        ),
        sa.CheckConstraint("means IN ('card', 'cash', 'wallet')", name=op.f("ck_doubts_means")),
        sa.CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name=op.f("ck_doubts_ended_at")),
        sa.CheckConstraint("(ended IS NULL) = (ended_by IS NULL)", name=op.f("ck_doubts_ended_by")),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_doubts_positive")),
        sa.CheckConstraint(
            "ended IS NOT NULL OR NOT contradicted", name=op.f("ck_doubts_contradicted")
        ),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_doubts")),
    )
    op.create_index("ix_doubts_application", "doubts", ["application"], unique=False)
    op.create_index(
        "ix_doubts_open",
        "doubts",
        ["site"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL OR contradicted"),
        postgresql_where=sa.text("ended IS NULL OR contradicted"),
    )
    op.create_table(
        "return_transitions",
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_return_transitions")),
    )
    op.create_table(
        "cash_payments",
        sa.Column("payment", sa.String(length=36), nullable=False),
        sa.Column("taken_centimos", sa.Integer(), nullable=False),
        sa.Column("change_centimos", sa.Integer(), nullable=False),
        sa.CheckConstraint("change_centimos >= 0", name=op.f("ck_cash_payments_change")),
        sa.CheckConstraint("taken_centimos > change_centimos", name=op.f("ck_cash_payments_taken")),
        sa.ForeignKeyConstraint(
            ["payment"], ["payments.id"], name=op.f("fk_cash_payments_payment")
        ),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_cash_payments")),
    )
    op.create_table(
        "returns",
        sa.Column("payment", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("came_from", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("proof", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("owed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("means IN ('card', 'cash')", name=op.f("ck_returns_means")),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_returns_positive")),
        sa.ForeignKeyConstraint(
            ["came_from", "state"],
            ["return_transitions.from_state", "return_transitions.to_state"],
            name=op.f("fk_returns_came_from_state"),
        ),
        sa.ForeignKeyConstraint(["payment"], ["payments.id"], name=op.f("fk_returns_payment")),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_returns")),
        sa.UniqueConstraint("payment", "state", name=op.f("uq_returns_payment_state")),
    )
    op.create_index("ix_returns_application", "returns", ["application"], unique=False)
    op.create_index(
        "ix_returns_open",
        "returns",
        ["site"],
        unique=False,
        sqlite_where=sa.text("state IN ('owed', 'under_way', 'stuck')"),
        postgresql_where=sa.text("state IN ('owed', 'under_way', 'stuck')"),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=True),
        sa.Column("payment", sa.String(length=36), nullable=True),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("first_centimos", sa.Integer(), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("maker", sa.String(length=5), nullable=False),
        sa.Column("came_from", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("told_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("withdrawn_for", sa.String(length=20), nullable=True),
        sa.Column("given", sa.String(length=10), nullable=True),
        sa.Column("given_by", sa.String(length=40), nullable=True),
        sa.Column("given_at_counter", sa.String(length=30), nullable=True),
        sa.Column("given_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("return_state", sa.String(length=10), nullable=True),
        sa.Column("last_event", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(reason = 'paid_but_refused' AND state <> 'withdrawn') = (return_state IS NOT NULL)",
            name=op.f("ck_claims_return"),
        ),
        sa.CheckConstraint(
            "(state = 'redeemed') = (given IS NOT NULL AND given_by IS NOT NULL AND given_at_counter IS NOT NULL AND given_at IS NOT NULL)",
            name=op.f("ck_claims_given"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_for IS NOT NULL)", name=op.f("ck_claims_withdrawn")
        ),
        sa.CheckConstraint("maker IN ('kiosk', 'staff')", name=op.f("ck_claims_maker")),
        sa.CheckConstraint("means IN ('card', 'cash', 'wallet')", name=op.f("ck_claims_means")),
        sa.CheckConstraint(
            "return_state IS NULL OR (return_state = 'claimed' AND payment IS NOT NULL)",
            name=op.f("ck_claims_claimed"),
        ),
        sa.CheckConstraint("amount_centimos <= first_centimos", name=op.f("ck_claims_reduced")),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_claims_positive")),
        sa.ForeignKeyConstraint(
            ["came_from", "state"],
            ["claim_transitions.from_state", "claim_transitions.to_state"],
            name=op.f("fk_claims_came_from_state"),
        ),
        sa.ForeignKeyConstraint(
            ["payment", "return_state"],
            ["returns.payment", "returns.state"],
            name=op.f("fk_claims_payment_return_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("code_index", name=op.f("uq_claims_code_index")),
    )
    op.create_index("ix_claims_application", "claims", ["application"], unique=False)
    op.create_index(
        "ix_claims_live",
        "claims",
        ["site"],
        unique=False,
        sqlite_where=sa.text("state IN ('in_doubt', 'open')"),
        postgresql_where=sa.text("state IN ('in_doubt', 'open')"),
    )
    op.create_index("ix_claims_payment", "claims", ["payment"], unique=False)
    op.create_index(
        "uq_claims_payment",
        "claims",
        ["payment"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn' AND means <> 'cash'"),
        postgresql_where=sa.text("state <> 'withdrawn' AND means <> 'cash'"),
    )
    op.bulk_insert(
        sa.table(
            "claim_transitions",
            sa.column("from_state", sa.String()),
            sa.column("to_state", sa.String()),
        ),
        [
            {"from_state": "", "to_state": "in_doubt"},
            {"from_state": "", "to_state": "open"},
            {"from_state": "in_doubt", "to_state": "open"},
            {"from_state": "open", "to_state": "redeemed"},
            {"from_state": "in_doubt", "to_state": "withdrawn"},
            {"from_state": "open", "to_state": "withdrawn"},
        ],
    )
    op.bulk_insert(
        sa.table(
            "return_transitions",
            sa.column("from_state", sa.String()),
            sa.column("to_state", sa.String()),
        ),
        [
            {"from_state": "", "to_state": "owed"},
            {"from_state": "owed", "to_state": "under_way"},
            {"from_state": "under_way", "to_state": "returned"},
            {"from_state": "under_way", "to_state": "stuck"},
            {"from_state": "owed", "to_state": "stuck"},
            {"from_state": "stuck", "to_state": "under_way"},
            {"from_state": "stuck", "to_state": "returned"},
            {"from_state": "owed", "to_state": "claimed"},
            {"from_state": "under_way", "to_state": "claimed"},
            {"from_state": "stuck", "to_state": "claimed"},
            {"from_state": "claimed", "to_state": "returned"},
        ],
    )


def downgrade() -> None:
    op.drop_index(
        "uq_claims_payment",
        table_name="claims",
        sqlite_where=sa.text("state <> 'withdrawn' AND means <> 'cash'"),
        postgresql_where=sa.text("state <> 'withdrawn' AND means <> 'cash'"),
    )
    op.drop_index("ix_claims_payment", table_name="claims")
    op.drop_index(
        "ix_claims_live",
        table_name="claims",
        sqlite_where=sa.text("state IN ('in_doubt', 'open')"),
        postgresql_where=sa.text("state IN ('in_doubt', 'open')"),
    )
    op.drop_index("ix_claims_application", table_name="claims")
    op.drop_table("claims")
    op.drop_index(
        "ix_returns_open",
        table_name="returns",
        sqlite_where=sa.text("state IN ('owed', 'under_way', 'stuck')"),
        postgresql_where=sa.text("state IN ('owed', 'under_way', 'stuck')"),
    )
    op.drop_index("ix_returns_application", table_name="returns")
    op.drop_table("returns")
    op.drop_table("cash_payments")
    op.drop_table("return_transitions")
    op.drop_index(
        "ix_doubts_open",
        table_name="doubts",
        sqlite_where=sa.text("ended IS NULL OR contradicted"),
        postgresql_where=sa.text("ended IS NULL OR contradicted"),
    )
    op.drop_index("ix_doubts_application", table_name="doubts")
    op.drop_table("doubts")
    op.drop_table("claim_transitions")
    op.drop_index(
        "uq_cash_pieces_held",
        table_name="cash_pieces",
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.drop_index("ix_cash_pieces_owner", table_name="cash_pieces")
    op.drop_table("cash_pieces")

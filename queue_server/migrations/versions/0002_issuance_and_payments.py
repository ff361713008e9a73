"""issuance and payments"""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application_transitions",
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name="pk_application_transitions"),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("document_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("refusal", sa.String(length=30), nullable=True),
        sa.Column("certificate_number", sa.String(length=40), nullable=True),
        sa.Column("registered_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name="ck_applications_refusal"
        ),
        sa.CheckConstraint("amount_centimos > 0", name="ck_applications_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("site", "number", name="uq_applications_site_number"),
    )
    op.create_index(
        "ix_applications_document", "applications", ["site", "document_index"], unique=False
    )
    op.create_table(
        "fees",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_centimos > 0", name="ck_fees_positive"),
        sa.PrimaryKeyConstraint("site", "service", "valid_from", name="pk_fees"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", schema.Instant(timezone=True), nullable=False),
        sa.Column("claimed_until", schema.Instant(timezone=True), nullable=True),
        sa.Column("created_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state = 'claimed') = (claimed_until IS NOT NULL)", name="ck_outbox_claim"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'done', 'parked')", name="ck_outbox_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("site", "kind", "subject", name="uq_outbox_site_kind_subject"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kiosk", sa.String(length=40), nullable=False),
        sa.Column("means", sa.String(length=10), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("authorisation_code", sa.String(length=20), nullable=False),
        sa.Column("rrn", sa.String(length=40), nullable=False),
        sa.Column("stan", sa.String(length=20), nullable=False),
        sa.Column("masked_last4", sa.String(length=4), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("paid_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("means IN ('card')", name="ck_payments_means"),
        sa.CheckConstraint("amount_centimos > 0", name="ck_payments_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("application", name="uq_payments_application"),
        sa.UniqueConstraint(
            "terminal_id", "rrn", "paid_at", name="uq_payments_terminal_id_rrn_paid_at"
        ),
    )
    op.create_table(
        "application_steps",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_application_steps_application"
        ),
        sa.ForeignKeyConstraint(
            ["from_state", "state"],
            ["application_transitions.from_state", "application_transitions.to_state"],
            name="fk_application_steps_from_state_state",
        ),
        sa.PrimaryKeyConstraint("application", "position", name="pk_application_steps"),
        sa.UniqueConstraint("application", "state", name="uq_application_steps_application_state"),
    )
    op.create_table(
        "certificates",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("link_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("stored_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_certificates_application"
        ),
        sa.PrimaryKeyConstraint("application", name="pk_certificates"),
        sa.UniqueConstraint("link_index", name="uq_certificates_link_index"),
    )
    op.create_index("ix_certificates_expires_at", "certificates", ["expires_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="ck_deliveries_state"),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_deliveries_application"
        ),
        sa.PrimaryKeyConstraint("application", name="pk_deliveries"),
    )
    op.bulk_insert(
        sa.table("application_transitions", sa.column("from_state"), sa.column("to_state")),
        [
            {"from_state": "", "to_state": "registered"},
            {"from_state": "registered", "to_state": "accepted"},
            {"from_state": "accepted", "to_state": "under_review"},
            {"from_state": "accepted", "to_state": "issued"},
            {"from_state": "accepted", "to_state": "refused"},
            {"from_state": "under_review", "to_state": "issued"},
            {"from_state": "under_review", "to_state": "refused"},
        ],
    )


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_index("ix_certificates_expires_at", table_name="certificates")
    op.drop_table("certificates")
    op.drop_table("application_steps")
    op.drop_table("payments")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.drop_table("outbox")
    op.drop_table("fees")
    op.drop_index("ix_applications_document", table_name="applications")
    op.drop_table("applications")
    op.drop_table("application_transitions")

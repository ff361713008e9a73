"""The first tables: applications and certificates."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0006"
down_revision = "0005"
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
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_applications_refusal")
        ),
        sa.CheckConstraint("amount_centimos > 0", name=op.f("ck_applications_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("site", "number", name="uq_applications_site_number"),
    )
    op.create_index(
        "ix_applications_document", "applications", ["site", "document_index"], unique=False
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
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_deliveries_application"
        ),
        sa.PrimaryKeyConstraint("application", name="pk_deliveries"),
    )
    op.bulk_insert(
        sa.table(
            "application_transitions",
            sa.column("from_state", sa.String()),
            sa.column("to_state", sa.String()),
        ),
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
    op.drop_index("ix_applications_document", table_name="applications")
    op.drop_table("applications")
    op.drop_table("application_transitions")

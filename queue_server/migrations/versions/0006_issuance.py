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
        sa.Column("purpose", sa.String(length=5), nullable=False),
        sa.Column("amount_centimos", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("refusal", sa.String(length=30), nullable=True),
        sa.Column("certificate_number", sa.String(length=40), nullable=True),
        sa.Column("registered_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'new') = (amount_centimos > 0)", name=op.f("ck_applications_amount")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_applications_refusal")
        ),
        sa.CheckConstraint("purpose IN ('new', 'again')", name=op.f("ck_applications_purpose")),
        sa.CheckConstraint("amount_centimos >= 0", name=op.f("ck_applications_not_negative")),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("site", "number", name="uq_applications_site_number"),
    )
    op.create_index(
        "ix_applications_document", "applications", ["site", "document_index"], unique=False
    )
    op.create_index("ix_applications_state", "applications", ["site", "state"], unique=False)
    op.create_table(
        "tracking_misses",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("last_at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name="pk_tracking_misses"),
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
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("link_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("stored_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("forgotten_at", schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(forgotten_at IS NULL) = (link IS NOT NULL)", name=op.f("ck_certificates_link")
        ),
        sa.CheckConstraint(
            "(forgotten_at IS NULL) = (pdf IS NOT NULL)", name=op.f("ck_certificates_file")
        ),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_certificates_application"
        ),
        sa.PrimaryKeyConstraint("application", name="pk_certificates"),
        sa.UniqueConstraint("link_index", name="uq_certificates_link_index"),
    )
    op.create_index(
        "ix_certificates_expires_at",
        "certificates",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("forgotten_at IS NULL"),
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.create_table(
        "collections",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.String(length=20), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.Column("grant_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("taken_at", schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_collections_application"
        ),
        sa.PrimaryKeyConstraint("application", "position", name="pk_collections"),
        sa.UniqueConstraint("grant_index", name="uq_collections_grant_index"),
    )
    op.create_table(
        "email_corrections",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 5", name=op.f("ck_email_corrections_position")),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_email_corrections_application"
        ),
        sa.PrimaryKeyConstraint("application", "position", name="pk_email_corrections"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("written_at", schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'withdrawn')", name=op.f("ck_letters_state")
        ),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_letters_application"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("application", "position", name="uq_letters_application_position"),
        sa.UniqueConstraint("message_id", name="uq_letters_message_id"),
    )
    op.create_table(
        "link_views",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=5), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('page', 'file')", name=op.f("ck_link_views_what")),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name="fk_link_views_application"
        ),
        sa.PrimaryKeyConstraint("application", "what", "position", name="pk_link_views"),
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
    op.drop_table("link_views")
    op.drop_table("letters")
    op.drop_table("email_corrections")
    op.drop_table("collections")
    op.drop_index(
        "ix_certificates_expires_at",
        table_name="certificates",
        sqlite_where=sa.text("forgotten_at IS NULL"),
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.drop_table("certificates")
    op.drop_table("application_steps")
    op.drop_table("tracking_misses")
    op.drop_index("ix_applications_state", table_name="applications")
    op.drop_index("ix_applications_document", table_name="applications")
    op.drop_table("applications")
    op.drop_table("application_transitions")

"""The audit chain: a MAC on every event, nothing changed or deleted; evidence of retention."""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REFUSED = "events are append-only"


def upgrade() -> None:
    op.add_column("events", sa.Column("mac", sa.LargeBinary(length=32), nullable=True))
    op.add_column("event_counters", sa.Column("last_mac", sa.LargeBinary(length=32), nullable=True))
    op.create_table(
        "audit_states",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("anchored_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("anchored_id", sa.BigInteger(), nullable=True),
        sa.Column("verified_at", schema.Instant(timezone=True), nullable=True),
        sa.Column("verified_id", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("site", name="pk_audit_states"),
    )
    op.create_table(
        "person_looks",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("record", sa.String(length=80), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "actor", "record", "page", name="pk_person_looks"),
    )
    op.create_table(
        "retention_runs",
        sa.Column("site", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("at", schema.Instant(timezone=True), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "rule", "at", name="pk_retention_runs"),
    )
    _let_nothing_change()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER events_append_only ON events")
        op.execute("DROP TRIGGER events_not_emptied ON events")
        op.execute("DROP FUNCTION ventanilla_append_only()")
    else:
        op.execute("DROP TRIGGER events_no_update")
        op.execute("DROP TRIGGER events_no_delete")
    op.drop_table("retention_runs")
    op.drop_table("person_looks")
    op.drop_table("audit_states")
    op.drop_column("event_counters", "last_mac")
    op.drop_column("events", "mac")


def _let_nothing_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ventanilla_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events "
            "FOR EACH ROW EXECUTE FUNCTION ventanilla_append_only()"
        )
        op.execute(
            "CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION ventanilla_append_only()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER events_no_{verb} BEFORE {verb.upper()} ON events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )

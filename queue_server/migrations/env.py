"""Alembic's entry: runs the revisions on the connection it is handed, or on the configured url."""

from alembic import context
from sqlalchemy import Connection

from queue_server.core import tables as core_tables
from queue_server.core.db import open_engine
from queue_server.core.schema import metadata
from queue_server.fleet import tables as fleet_tables
from queue_server.issuance import tables as issuance_tables
from queue_server.payments import tables as payments_tables
from queue_server.staff import tables as staff_tables
from queue_server.turns import tables as turns_tables

# Imported so that `metadata` knows every table.
SLICES = (
    core_tables,
    fleet_tables,
    issuance_tables,
    payments_tables,
    staff_tables,
    turns_tables,
)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        user_module_prefix="schema.",
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    _migrate(handed)
else:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    with open_engine(url).begin() as own:
        _migrate(own)

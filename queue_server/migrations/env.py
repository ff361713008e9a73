"""Alembic's entry: runs the revisions on the connection it is handed, or on the configured url."""

import importlib
import pkgutil
from importlib.util import find_spec

from alembic import context
from sqlalchemy import Connection

import queue_server
from queue_server.core.db import open_engine
from queue_server.core.schema import metadata

# Imported so that `metadata` knows every table.
for _slice in pkgutil.iter_modules(queue_server.__path__, "queue_server."):
    if _slice.ispkg and find_spec(f"{_slice.name}.tables"):
        importlib.import_module(f"{_slice.name}.tables")


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

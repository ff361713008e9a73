"""One row of configuration, written whether or not it was there."""

from typing import Any

from queue_server.core.unit_of_work import UnitOfWork


def put(uow: UnitOfWork, table: Any, row: dict[str, Any]) -> None:
    """Insert `row`, or update the one with its primary key."""
    keys = [column.name for column in table.primary_key]
    statement = uow.upsert(table).values(row)
    changes = {name: row[name] for name in row if name not in keys}
    uow.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))

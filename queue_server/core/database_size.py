"""How large the database is."""

from sqlalchemy import text

from queue_server.core.unit_of_work import UnitOfWork

_POSTGRESQL = text("SELECT pg_database_size(current_database())")
_SQLITE = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")


def database_bytes(uow: UnitOfWork) -> int:
    """In bytes, of all sites in it; on SQLite without what the write-ahead log still holds."""
    ours = _POSTGRESQL if uow.connection.dialect.name == "postgresql" else _SQLITE
    return int(uow.connection.execute(ours).scalar_one())

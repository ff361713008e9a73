"""A PostgreSQL database as parts: each table by COPY, all of them in one snapshot.

Why not pg_dump: it must be installed, and be no older than the server; here the driver that the
server has anyway reads one REPEATABLE READ transaction, as consistent, straight into the seal. The
schema is not copied: the migrations make it, so a copy holds no SQL that would be run.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from psycopg import sql
from sqlalchemy import Connection, text

from queue_server.backup.model import BackupFault
from queue_server.backup.parts import Named
from queue_server.core.postgresql import settled

if TYPE_CHECKING:
    import psycopg

PREFIX = "table:"
_PATIENCE = {
    "statement_timeout": "1h",
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "10min",
}
_VERSION_TABLE = "alembic_version"
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname"
)
_COLUMNS = (
    "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = to_regclass(:name)"
    " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum"
)
_FOREIGN_KEYS = (
    "SELECT t.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c"
    " JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = c.connamespace"
    " WHERE n.nspname = current_schema() AND c.contype = 'f' ORDER BY t.relname, c.conname"
)
_TRIGGER_FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype"
)
_COUNTERS = (
    "SELECT a.attname, pg_get_serial_sequence(quote_ident(t.relname), a.attname)"
    " FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
    " WHERE a.attrelid = to_regclass(:name) AND a.attidentity <> ''"
)


def tables(connection: Connection) -> list[str]:
    """Every table of ours, the migrations' own left out."""
    found = connection.execute(text(_TABLES)).scalars()
    return [name for name in found if name != _VERSION_TABLE]


def unmake(connection: Connection) -> None:
    """Drop every table of ours and what its triggers call. The database is this program's alone."""
    for name in (*tables(connection), _VERSION_TABLE):
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    for signature in connection.execute(text(_TRIGGER_FUNCTIONS)).scalars().all():
        connection.execute(text(f"DROP FUNCTION {signature}"))


def with_patience(connection: Connection) -> None:
    """A copy may take longer than a unit of work may, but not for ever."""
    for name, wait in _PATIENCE.items():
        connection.execute(text(f"SET LOCAL {name} = '{wait}'"))


def dump(
    connection: Connection,
) -> Iterator[tuple[Named, Iterator[bytes | bytearray | memoryview]]]:
    """Each table as a part, within the snapshot of `connection`'s transaction."""
    for name in tables(connection):
        columns = _columns(connection, name)
        yield Named(PREFIX + name, tuple(columns)), _rows(connection, name, columns)


def _rows(
    connection: Connection, name: str, columns: list[str]
) -> Iterator[bytes | bytearray | memoryview]:
    words = _copy("COPY {} ({}) TO STDOUT", name, columns)
    with _driver(connection).cursor() as cursor, cursor.copy(words) as copy:
        yield from copy


class Loading:
    """Fills the tables that the migrations have just made, all in the caller's transaction.

    Foreign keys are taken off first and made again at the end, which checks every row.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known = set(tables(connection))
        self._keys = [tuple(row) for row in connection.execute(text(_FOREIGN_KEYS))]
        for table, key, _ in self._keys:
            self._say(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}"), table, key)
        for table in sorted(self._known):  # what the migrations put there is in the copy as well
            self._say(sql.SQL("DELETE FROM {}"), table)

    def take(self, named: Named, pieces: Iterable[bytes]) -> None:
        """The rows of one table. Raises BackupFault when it is none of ours."""
        table = named.name.removeprefix(PREFIX)
        if table not in self._known or set(named.columns) - set(_columns(self._connection, table)):
            raise BackupFault(f"the table {table} does not fit this schema; take another copy")
        words = _copy("COPY {} ({}) FROM STDIN", table, named.columns)
        with _driver(self._connection).cursor() as cursor, cursor.copy(words) as copy:
            for piece in pieces:
                copy.write(piece)

    def end(self) -> None:
        """Foreign keys as they were, and counters of rows beyond the highest that is there."""
        for table, key, definition in self._keys:
            words = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} " + definition)  # pyright: ignore[reportArgumentType]
            self._say(words, table, key)
        for table in sorted(self._known):
            self._count_on(table)

    def _count_on(self, table: str) -> None:
        for column, sequence in self._connection.execute(text(_COUNTERS), {"name": table}).all():
            words = sql.SQL("SELECT setval(%s, (SELECT coalesce(max({}), 0) + 1 FROM {}), false)")
            _driver(self._connection).execute(
                words.format(sql.Identifier(column), sql.Identifier(table)), (sequence,)
            )

    def _say(self, words: sql.SQL, *names: str) -> None:
        settled(self._connection)
        _driver(self._connection).execute(words.format(*map(sql.Identifier, names)))


def _columns(connection: Connection, name: str) -> list[str]:
    return list(connection.execute(text(_COLUMNS), {"name": f'"{name}"'}).scalars())


def _copy(words: str, table: str, columns: Iterable[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(words).format(sql.Identifier(table), names)  # pyright: ignore[reportArgumentType]


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)

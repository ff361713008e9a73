"""SQLite as the server needs it: WAL, FULL, foreign keys, transactions that begin where we say."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from queue_server.core.problem import UnsafeDatabase

WAIT_S = 5.0
TOGETHER = 16  # units that may share a commit
LOG_PATIENCE_S = 0.25  # writers wait meanwhile
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged ticket survives a power cut
    "foreign_keys": 1,
    "busy_timeout": int(WAIT_S * 1000),
    "secure_delete": 1,  # what is deleted is overwritten, not only unlinked
    "wal_autocheckpoint": 4000,  # pages; a page changed often is copied back once
}


class _Cursor(Protocol):
    def fetchone(self) -> tuple[Any, ...] | None: ...


def engine_words(_: URL) -> dict[str, Any]:
    """What `create_engine` is told beside the url: nothing."""
    return {}


def settle(engine: Engine) -> None:
    """Make every connection of `engine` safe; each raises UnsafeDatabase when it cannot be."""
    event.listen(engine, "connect", _prepare)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not the driver
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        row = cast(_Cursor, connection.execute(f"PRAGMA {name}")).fetchone()
        if row is None or row[0] != value:
            raise UnsafeDatabase(f"SQLite answers {name}={row}, needed {value}")


def begin(connection: Connection, writing: bool) -> None:
    """A writer holds the one lock of the file from its first moment; a reader sees a snapshot."""
    ask(connection, "BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def ask(connection: Connection, words: str, bound: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run `words` on the driver itself; the rows it returns. Raises what SQLAlchemy would."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(words, bound).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            words, None, error, sqlite3.Error, dialect=connection.dialect
        ) from error


def ask_all(
    connection: Connection, asked: Sequence[tuple[str, Sequence[Any]]]
) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement. There are no round trips to save here."""
    return [ask(connection, words, bound) for words, bound in asked]


def tell(connection: Connection, words: str, bound: Sequence[Any] = ()) -> None:
    """Run `words`, whose rows nobody wants."""
    ask(connection, words, bound)


def settled(connection: Connection) -> None:
    """Everything told so far has been done: it always has."""


def empty_log(engine: Engine) -> bool:
    """Copy the write-ahead log into the file and empty it, so that nothing deleted stays in it.

    False when somebody was reading or writing for `LOG_PATIENCE_S`: the log stays as it is.
    """
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout = {int(LOG_PATIENCE_S * 1000)}")
        try:
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout = {_PRAGMAS['busy_timeout']}")
        return not busy
    finally:
        connection.close()

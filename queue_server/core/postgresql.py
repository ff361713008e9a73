"""PostgreSQL as the server needs it: durable, every wait bounded, prepared statements kept.

Loaded only where the configuration names a `database_url`.
"""

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from psycopg.pq import ConnStatus, TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from queue_server.core.libpq import Line, Row, Said
from queue_server.core.problem import UnsafeDatabase

WAIT_S = 5.0
CHANNEL = "ventanilla"
# One transaction belongs to one site: with two, two groups could wait for each other.
TOGETHER = 1
_SETTINGS = {
    "lock_timeout": int(WAIT_S * 1000),
    "statement_timeout": int(WAIT_S * 1000),
    "idle_in_transaction_session_timeout": 30_000,
    "synchronous_commit": "on",
    "timezone": "UTC",
}
# What an acknowledged ticket depends on; `fsync` and `full_page_writes` are the server's own.
_DURABLE = ("synchronous_commit", "fsync", "full_page_writes")
PREPARE_AFTER = 3
PREPARED_KEPT = 400
_LINE = "ventanilla_line"


def engine_words(url: URL) -> dict[str, Any]:
    """What `create_engine` is told beside the url.

    The pool holds one connection for the database thread; one more opens for what runs beside it
    (the watch takes one and keeps it).
    """
    given = url.query.get("options", "")
    ours = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    return {
        "pool_size": 1,
        "max_overflow": 2,
        "pool_timeout": WAIT_S,
        "use_native_hstore": False,
        "connect_args": {
            "application_name": "ventanilla",
            "connect_timeout": int(WAIT_S),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": int(2 * WAIT_S * 1000),
            "prepare_threshold": PREPARE_AFTER,
            "options": f"{given} {ours}".strip(),
        },
    }


def settle(engine: Engine) -> None:
    """Make every connection of `engine` safe; each raises UnsafeDatabase when it cannot be."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "before_cursor_execute", _before_sqlalchemy)
    event.listen(engine, "commit", _commit)
    event.listen(engine, "rollback", _roll_back)


def _prepare(connection: "psycopg.Connection[Any]", _record: object) -> None:
    connection.autocommit = True  # transactions begin where we say, not the driver
    connection.prepared_max = PREPARED_KEPT
    for name in _DURABLE:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row != ("on",):
            raise UnsafeDatabase(f"PostgreSQL answers {name}={row and row[0]}, needed on")


def begin(connection: Connection, writing: bool) -> None:
    """A writer sees what is committed, statement by statement; a reader sees one snapshot.

    Below SQLAlchemy and the driver: it is said in every unit, and nothing is to be made of its
    answer. A lost connection is noticed here.
    """
    level = b"READ COMMITTED" if writing else b"REPEATABLE READ"
    line = _line(connection)
    line.told.clear()
    try:
        line.plainly(b"BEGIN ISOLATION LEVEL " + level)
    except psycopg.Error as error:
        raise _as_sqlalchemy(connection, error) from error


# --- questions, and what nobody waits for ---------------------------------------------------------
def ask(connection: Connection, words: str, bound: Sequence[Any] = ()) -> list[Row]:
    """The rows of `words`, which goes out together with what was told before it.

    Raises what SQLAlchemy would.
    """
    return ask_all(connection, [(words, bound)])[0]


def ask_all(connection: Connection, asked: Sequence[Said]) -> list[list[Row]]:
    """The rows of each statement, in one round trip; see `ask`."""
    line = _line(connection)
    try:
        return line.say(asked)
    except psycopg.Error as error:
        raise _as_sqlalchemy(connection, error) from error


def tell(connection: Connection, words: str, bound: Sequence[Any] = ()) -> None:
    """Run `words` with the next question, with the commit, or before SQLAlchemy's next statement.

    Order is kept; after a rollback it was never said.
    """
    _line(connection).told.append((words, bound))


def settled(connection: Connection) -> None:
    """Wait until everything told so far has been done. Raises what SQLAlchemy would."""
    ask_all(connection, ())


def _line(connection: Connection) -> Line:
    info = connection.info
    line: Line | None = info.get(_LINE)
    if line is None:
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        line = info[_LINE] = Line(driver)
    return line


def _as_sqlalchemy(connection: Connection, error: psycopg.Error) -> BaseException:
    """What SQLAlchemy would raise; a lost connection is given up, as SQLAlchemy would."""
    line = _line(connection)
    lost = line.driver.pgconn.status != ConnStatus.OK
    made = DBAPIError.instance(
        line.at, None, error, psycopg.Error, connection_invalidated=lost, dialect=connection.dialect
    )
    if lost:
        connection.invalidate(error)
    return made


# --- what SQLAlchemy does itself ------------------------------------------------------------------
def _before_sqlalchemy(connection: Connection, *_: object) -> None:
    settled(connection)


def _commit(connection: Connection) -> None:
    """COMMIT goes out with what was told last; then the driver has nothing left to commit."""
    tell(connection, "COMMIT")
    try:
        settled(connection)
    except DBAPIError:
        _roll_back(connection)  # SQLAlchemy takes a commit that was asked for as the end
        raise


def _roll_back(connection: Connection) -> None:
    """Roll back below the driver, which would throw away every prepared statement with it.

    It does so for the sake of tables made in the transaction; no unit makes any.
    """
    if connection.invalidated:
        return
    line = _line(connection)
    line.told.clear()
    if line.driver.pgconn.transaction_status == TransactionStatus.IDLE:
        return
    try:
        line.plainly(b"ROLLBACK")
    except psycopg.Error as error:
        connection.invalidate(error)  # PostgreSQL rolls back what nobody is connected to

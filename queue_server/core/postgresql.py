"""PostgreSQL as the server needs it: durable, every wait bounded, prepared statements kept.

Loaded only where the configuration names a `database_url`.
"""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

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
    event.listen(engine, "rollback", _roll_back)


def _prepare(connection: "psycopg.Connection[Any]", _record: object) -> None:
    connection.autocommit = True  # transactions begin where we say, not the driver
    connection.prepared_max = PREPARED_KEPT
    for name in _DURABLE:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row != ("on",):
            raise UnsafeDatabase(f"PostgreSQL answers {name}={row and row[0]}, needed on")


def begin(connection: Connection, writing: bool) -> None:
    """A writer sees what is committed, statement by statement; a reader sees one snapshot."""
    connection.exec_driver_sql(
        "BEGIN ISOLATION LEVEL READ COMMITTED"
        if writing
        else "BEGIN ISOLATION LEVEL REPEATABLE READ"
    )


def _roll_back(connection: Connection) -> None:
    """Roll back below the driver, which would throw away every prepared statement with it.

    It does so for the sake of tables made in the transaction; no unit makes any.
    """
    if connection.invalidated:
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        driver.pgconn.exec_(b"ROLLBACK")

"""The database: one thread that runs units of work in turn, each one transaction."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from queue_server.core.clock import Clock
from queue_server.core.crypto import Vault
from queue_server.core.problem import Problem, UnsafeDatabase
from queue_server.core.unit_of_work import UnitOfWork

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5000
MAX_WAITING = 512
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged ticket survives a power cut
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
}
_BEGIN = "ventanilla_begin"


class _Cursor(Protocol):
    def fetchone(self) -> tuple[Any, ...] | None: ...


def open_engine(url: str) -> Engine:
    """An engine on `url` (SQLAlchemy form). On SQLite: WAL, synchronous=FULL, foreign keys on,
    BEGIN IMMEDIATE for writers; each is asserted at open. Raises UnsafeDatabase."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not the driver
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        row = cast(_Cursor, connection.execute(f"PRAGMA {name}")).fetchone()
        if row is None or row[0] != value:
            raise UnsafeDatabase(f"SQLite answers {name}={row}, needed {value}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_BEGIN, "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """Runs functions of a UnitOfWork one after the other on its own thread.

    `call` is for async code, `run` for threads. Writers commit when the function returns and roll
    back when it raises. A locked or read-only database is a Problem 503, and nothing is written.
    At most `MAX_WAITING` units wait; more are refused with 503 at once.
    """

    def __init__(self, engine: Engine, vault: Vault, clock: Clock) -> None:
        self.engine = engine
        self.vault = vault
        self.clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._places = BoundedSemaphore(MAX_WAITING)
        self._on_commit: list[Callable[[], None]] = []

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the database thread after every commit that recorded an event."""
        self._on_commit.append(listener)

    async def call(self, work: Callable[[UnitOfWork], T]) -> T:
        """The result of `work` in a committed writing transaction."""
        return await asyncio.wrap_future(self._submit(self._write, work))

    async def look(self, work: Callable[[UnitOfWork], T]) -> T:
        """The result of `work` in a reading transaction; nothing it writes is kept."""
        return await asyncio.wrap_future(self._submit(self._read, work))

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        """`call` for code without an event loop (jobs, command line)."""
        return self._submit(self._write, work).result()

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """`look` for code without an event loop."""
        return self._submit(self._read, work).result()

    def close(self) -> None:
        """Finish what is queued and let go of the files."""
        self._thread.shutdown(wait=True)
        self.engine.dispose()

    def _submit(self, how: Callable[[Any], T], work: Callable[[UnitOfWork], T]) -> Future[T]:
        if not self._places.acquire(blocking=False):
            raise Problem(503, "busy", "El sistema está ocupado; intente otra vez en un momento.")
        future = self._thread.submit(how, work)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        with _spoken_faults(), self.engine.connect() as connection:
            with connection.begin():
                unit = UnitOfWork(connection, self.vault, self.clock.now())
                result = work(unit)
            if unit.recorded:
                for listener in self._on_commit:
                    listener()
            return result

    def _read(self, work: Callable[[UnitOfWork], T]) -> T:
        with _spoken_faults(), self.engine.connect() as connection:
            reading = connection.execution_options(**{_BEGIN: "DEFERRED"})
            with reading.begin() as transaction:
                result = work(UnitOfWork(reading, self.vault, self.clock.now()))
                transaction.rollback()
            return result


@contextmanager
def _spoken_faults() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "readonly" in reason or "read-only" in reason:
            kind, words = "database_read_only", "La base de datos no admite cambios"
        elif "locked" in reason or "busy" in reason:
            kind, words = "database_locked", "La base de datos está ocupada"
        else:
            kind, words = "database_unavailable", "La base de datos no responde"
        detail = f"{words}; nada se perdió. Intente otra vez y avise a soporte si continúa."
        raise Problem(503, kind, detail) from error

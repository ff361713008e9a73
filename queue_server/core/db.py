"""The database: one thread that runs units of work in turn, each one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from threading import BoundedSemaphore
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from queue_server.core import sqlite
from queue_server.core.audit import Chain
from queue_server.core.clock import Clock
from queue_server.core.crypto import Vault
from queue_server.core.faults import spoken_faults
from queue_server.core.json_text import json_text
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Recorded, UnitOfWork

T = TypeVar("T")

MAX_WAITING = 512
COMPANY_S = 0.25
_READING = "ventanilla_reading"


def open_engine(url: str | URL) -> Engine:
    """An engine on `url` (SQLAlchemy form), SQLite or PostgreSQL.

    What durability depends on is asserted at every open; raises UnsafeDatabase.
    """
    made = make_url(url)
    kind = _kind_of(made)
    engine = create_engine(made, json_serializer=json_text, **kind.engine_words(made))
    kind.settle(engine)

    def begin(connection: Connection) -> None:
        kind.begin(connection, not connection.get_execution_options().get(_READING, False))

    event.listen(engine, "begin", begin)
    return engine


def _kind_of(url: URL) -> ModuleType:
    if url.get_backend_name() == "postgresql":
        from queue_server.core import postgresql  # loads psycopg

        return postgresql
    return sqlite


@dataclass(eq=False)
class _Waiting:
    """A writing unit that waits for its turn, how it ended, and who is told: a coroutine of `loop`,
    or a thread."""

    work: Callable[[UnitOfWork], Any]
    future: "asyncio.Future[Any] | Future[Any]"
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = None
    error: BaseException | None = None
    event: Recorded | None = None

    def settle(self) -> None:
        """Tell who waits. Whoever went away meanwhile is not told."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Database:
    """Runs functions of a UnitOfWork one after the other on its own thread.

    `call` is for async code, `run` for threads. Writers commit when the function returns and roll
    back when it raises. A locked, lost or read-only database is a Problem 503, and nothing is
    written. At most `MAX_WAITING` writers wait, and as many readers; more are refused with 503.

    On SQLite, writers that wait at the same moment are committed together, each behind a savepoint
    of its own: the wait for the disk, most of what a small transaction costs, is shared. Nobody is
    answered before that commit.

    `chain`: the audit chain; without one no unit can record an event.
    """

    def __init__(
        self, engine: Engine, vault: Vault, clock: Clock, chain: Chain | None = None
    ) -> None:
        self.engine = engine
        self.vault = vault
        self.clock = clock
        self.chain = chain
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._places = BoundedSemaphore(MAX_WAITING)
        self._on_commit: list[Callable[[Recorded], None]] = []
        self._memory: dict[str, Any] = {}
        self._waiting: deque[_Waiting] = deque()
        self._patient: list[_Waiting] = []
        self._turn_comes = False
        self._together = _kind_of(engine.url).TOGETHER

    def on_commit(self, listener: Callable[[Recorded], None]) -> None:
        """Call `listener` on the database thread after every commit that recorded an event."""
        self._on_commit.append(listener)

    async def call(self, work: Callable[[UnitOfWork], T]) -> T:
        """The result of `work` in a committed writing transaction."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._write_soon(_Waiting(work, future, loop))
        return await future

    async def call_in_company(self, work: Callable[[UnitOfWork], T]) -> T:
        """`call` for what nobody stands and waits for.

        On SQLite it begins up to `COMPANY_S` later, so that it shares its commit with others that
        came meanwhile: most of what a small transaction costs is the same for one and for ten.
        """
        if self._together == 1:
            return await self.call(work)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._refuse_when_full()
        if not self._patient:
            loop.call_later(COMPANY_S, self._company_came)
        self._patient.append(_Waiting(work, future, loop))
        return await future

    async def look(self, work: Callable[[UnitOfWork], T]) -> T:
        """The result of `work` in a reading transaction: one snapshot, and nothing is kept."""
        return await asyncio.wrap_future(self._submit(self._read, work))

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        """`call` for code without an event loop (jobs, command line)."""
        future: Future[T] = Future()
        self._write_soon(_Waiting(work, future))
        return future.result()

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """`look` for code without an event loop."""
        return self._submit(self._read, work).result()

    def close(self) -> None:
        """Finish what is queued and let go of the files."""
        while self._waiting:
            self._thread.submit(self._write_waiting).result()
        self._thread.shutdown(wait=True)
        self.engine.dispose()

    def _submit(self, how: Callable[[Any], T], work: Callable[[UnitOfWork], T]) -> Future[T]:
        if not self._places.acquire(blocking=False):
            raise _busy()
        future = self._thread.submit(how, work)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _refuse_when_full(self) -> None:
        if len(self._waiting) + len(self._patient) >= MAX_WAITING:
            raise _busy()

    def _company_came(self) -> None:
        """Runs on the event loop, as whoever waits for company does."""
        self._waiting.extend(self._patient)
        self._patient.clear()
        self._see_to_a_turn()

    def _write_soon(self, unit: _Waiting) -> None:
        self._refuse_when_full()
        self._waiting.append(unit)
        self._see_to_a_turn()

    def _see_to_a_turn(self) -> None:
        """One turn of the thread is enough for everybody who waits when it begins."""
        if not self._turn_comes:
            self._turn_comes = True
            self._thread.submit(self._write_waiting)

    def _write_waiting(self) -> None:
        """Commit who waits now, and let those who read have their turn before the next."""
        self._turn_comes = False
        group: list[_Waiting] = []
        while self._waiting and len(group) < self._together:
            unit = self._waiting.popleft()
            if not unit.future.cancelled():
                group.append(unit)
        try:
            if group:
                self._write(group)
        finally:
            if self._waiting:
                self._see_to_a_turn()

    def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            with spoken_faults(), self._begun(reading=False) as connection:
                for unit in group:
                    self._carry_out(unit, connection, alone=len(group) == 1)
                if any(unit.error is None for unit in group):
                    connection.commit()
        except Exception as fault:  # noqa: BLE001 - whoever waits for the unit is told
            for unit in group:
                unit.error = fault
        self._tell(group)

    def _carry_out(self, unit: _Waiting, connection: Connection, *, alone: bool) -> None:
        """What a unit that fails has written is undone; the others of its group stay."""
        if not alone:
            sqlite.tell(connection, "SAVEPOINT unit")
        try:
            with spoken_faults():
                uow = self._unit(connection)
                unit.result = unit.work(uow)
                unit.event = uow.event
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the unit
            unit.error = error
            if not alone:
                sqlite.tell(connection, "ROLLBACK TO unit")
        if not alone:
            sqlite.tell(connection, "RELEASE unit")

    def _tell(self, group: Sequence[_Waiting]) -> None:
        for unit in group:
            if unit.error is None and unit.event is not None:
                for listener in self._on_commit:
                    listener(unit.event)
        for loop, units in groupby(group, attrgetter("loop")):
            _settle(loop, list(units))

    def _read(self, work: Callable[[UnitOfWork], T]) -> T:
        with spoken_faults(), self._begun(reading=True) as connection:
            return work(self._unit(connection))

    def _unit(self, connection: Connection) -> UnitOfWork:
        now, memory = self.clock.now(), self._memory
        return UnitOfWork(connection, self.vault, now, memory, self.clock, self.chain)

    def _begun(self, reading: bool) -> Connection:
        """A connection in a transaction; closing it rolls back what was not committed.

        BEGIN is where a connection lost meanwhile is noticed. Nothing has happened yet, so it is
        replaced here and then, and asking before every unit whether it still lives costs nothing.
        """
        try:
            return self._begin(reading)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._begin(reading)

    def _begin(self, reading: bool) -> Connection:
        connection = self.engine.connect()
        try:
            if reading:
                connection = connection.execution_options(**{_READING: True})
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection


def _settle(loop: asyncio.AbstractEventLoop | None, units: Sequence[_Waiting]) -> None:
    """A loop is woken once for all of them."""
    if loop is not None:
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(_settle, None, units)
        return
    for unit in units:
        unit.settle()


def _busy() -> Problem:
    return Problem(503, "busy", "El sistema está ocupado; intente otra vez en un momento.")

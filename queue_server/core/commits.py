"""Notices what other processes committed: a hint that comes fast, and a look that never fails."""

import contextlib
import select
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    import psycopg

Wake = Callable[[str | None], None]

SQLITE_LOOKS_EVERY_S = 0.02
BUSY_FOR_S = 60.0
# PostgreSQL: NOTIFY is only a hint. Whatever became of it, readers look again after this long.
LOOKS_EVERY_S = 1.0
# Hints that come within this time are taken as one.
TOGETHER_S = 0.01
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 2.0


class CommitWatch:
    """Calls `wake(site)` on a thread of its own after commits, `wake(None)` when any site may have
    changed. It may call too often, and never stays silent after a commit.

    A commit counts when it recorded an event: what kiosks say of themselves every ten seconds wakes
    nobody.

    SQLite: `PRAGMA data_version` changes when another connection committed; then the counters of
    the log say whether it recorded something. It is asked every 20 ms, and every `busy_every_s` for
    `BUSY_FOR_S` after an event. PostgreSQL: LISTEN on a connection of its own, replaced
    when it is lost, and `wake(None)` each second whatever was heard.
    """

    def __init__(
        self, engine: Engine, wake: Wake, busy_every_s: float = SQLITE_LOOKS_EVERY_S
    ) -> None:
        self._engine = engine
        self._busy_every_s = busy_every_s
        self._wake = wake
        self._stopped = threading.Event()
        self._ended, self._end = socket.socketpair()
        watch = self._listen if engine.dialect.name == "postgresql" else self._poll
        self._thread = threading.Thread(target=watch, name="commits", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch and let go of its connection."""
        self._stopped.set()
        self._end.close()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._ended.close()

    # --- SQLite -----------------------------------------------------------------------------------
    def _poll(self) -> None:
        path = self._engine.url.database or ""
        ended = select.poll()
        ended.register(self._ended, select.POLLIN)
        with contextlib.closing(sqlite3.connect(path, timeout=1.0)) as connection:
            log, busy_until = _Log(connection), 0.0
            log.grew()
            self._wake(None)
            every_s = SQLITE_LOOKS_EVERY_S
            while not ended.poll(every_s * 1000):
                if log.grew():
                    busy_until = monotonic() + BUSY_FOR_S
                    self._wake(None)
                busy = busy_until > monotonic()
                every_s = self._busy_every_s if busy else SQLITE_LOOKS_EVERY_S

    # --- PostgreSQL -------------------------------------------------------------------------------
    def _listen(self) -> None:
        from psycopg import Error

        pause = FIRST_PAUSE_S
        while not self._stopped.is_set():
            with contextlib.suppress(Error, SQLAlchemyError, OSError), self._connection() as heard:
                pause = FIRST_PAUSE_S
                self._hear(heard)
            self._stopped.wait(pause)
            pause = min(LAST_PAUSE_S, 2 * pause)

    @contextlib.contextmanager
    def _connection(self) -> "Iterator[psycopg.Connection[Any]]":
        """A listening connection outside the pool; what was missed before it is looked for."""
        from queue_server.core.postgresql import CHANNEL

        proxy = self._engine.raw_connection()
        connection = cast("psycopg.Connection[Any]", proxy.driver_connection)
        proxy.detach()
        with contextlib.closing(connection) as heard:
            heard.execute(f"LISTEN {CHANNEL}")
            self._wake(None)
            yield heard

    def _hear(self, connection: "psycopg.Connection[Any]") -> None:
        """Until the watch stops or the connection is lost (an error of the driver)."""
        look_at = monotonic() + LOOKS_EVERY_S
        while not self._stopped.is_set():
            wait_s = max(0.0, look_at - monotonic())
            select.select([connection, self._ended], [], [], wait_s)
            for site in {notify.payload for notify in connection.notifies(timeout=0)}:
                self._wake(site)
            self._stopped.wait(TOGETHER_S)
            if monotonic() >= look_at:
                look_at = monotonic() + LOOKS_EVERY_S
                self._wake(None)


class _Log:
    """The event logs of a SQLite file, as somebody sees them who only asks whether they grew."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._version: Any = None
        self._ends: Any = None

    def grew(self) -> bool:
        """Whether an event was recorded since the last time; True at first. A file that cannot be
        read now is asked again."""
        try:
            version = self._first("PRAGMA data_version")
            if version == self._version:
                return False
            before, self._ends = self._ends, self._first(_ENDS)
            self._version = version
        except sqlite3.OperationalError:
            return False
        return self._ends != before

    def _first(self, question: str) -> Any:
        self._cursor.execute(question)
        return self._cursor.fetchone()[0]


_ENDS = "SELECT total(last_id) FROM event_counters"

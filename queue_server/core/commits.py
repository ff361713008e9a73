"""Notices commits of other processes on the same SQLite file, within 20 ms."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable

from sqlalchemy import Engine

POLL_S = 0.02


class CommitWatch:
    """Calls `wake` on a thread of its own after every commit anybody made.

    `PRAGMA data_version` changes when another connection committed; asking costs microseconds.
    """

    def __init__(self, engine: Engine, wake: Callable[[], None]) -> None:
        self._path = engine.url.database or ""
        self._wake = wake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="commits", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stop.set()

    def _run(self) -> None:
        with contextlib.closing(sqlite3.connect(self._path, timeout=1.0)) as connection:
            seen = None
            while not self._stop.wait(POLL_S):
                with contextlib.suppress(sqlite3.OperationalError):
                    version = connection.execute("PRAGMA data_version").fetchone()[0]
                    if version != seen:
                        seen = version
                        self._wake()

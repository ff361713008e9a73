"""The journal's file: opened only where it survives a power cut, every write one durable unit."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

VERSION = 2
_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
_PATIENCE_S = 5.0
# Nobody's money waits for somebody who reads; the log is cut another time.
_CUT_PATIENCE_MS = 100


class JournalUnsafe(RuntimeError):
    """The journal cannot promise to survive a power cut; the kiosk must not take money on it."""


class JournalDamaged(JournalUnsafe):
    """The file is no sound database any more; `quarantine` puts it aside."""


class JournalFailed(RuntimeError):
    """A write did not reach the disk (it is full, or broken); nothing of the unit was acknowledged.

    It may still be found after a restart. Whoever wrote reads again before repeating anything.
    """


class JournalFile:
    """One SQLite file. Safe to use from several threads.

    Raises JournalUnsafe when it does not accept WAL with synchronous=FULL, or was written by a
    newer program; JournalDamaged when it does not pass its integrity check.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._schema = schema
        self._lock = threading.RLock()
        self._suspect = False
        self._log_holds_erased = False
        self._listeners: list[Callable[[str], None]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._open()

    def tell_failures(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the reason whenever a write fails, on the writer's thread."""
        self._listeners.append(listener)

    def read(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """The rows of `query`, within a running unit those it has just written too.

        Raises JournalFailed.
        """
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                raise self._failed(error) from error

    @contextmanager
    def unit(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction; inside another one it is part of that. Raises JournalFailed."""
        with self._lock:
            if self._db.in_transaction and not self._suspect:
                yield self._db
                return
            try:
                self._begin()
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.IntegrityError:
                self._roll_back()
                raise
            except (sqlite3.Error, JournalUnsafe) as error:
                self._roll_back()
                raise self._failed(error) from error
            except BaseException:
                self._roll_back()
                raise

    def probe(self, at: str) -> None:
        """Write one row again, to see whether writes reach the disk. Raises JournalFailed."""
        with self.unit() as db:
            db.execute("INSERT OR REPLACE INTO probes VALUES (1, ?)", (at,))

    def truncate_log(self) -> bool:
        """Bring the write-ahead log into the database and cut it to nothing; False when busy."""
        with self._lock:
            try:
                self._db.execute(f"PRAGMA busy_timeout = {_CUT_PATIENCE_MS}")
                busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self._db.execute(f"PRAGMA busy_timeout = {int(_PATIENCE_S * 1000)}")
            except sqlite3.Error as error:
                raise self._failed(error) from error
            self._log_holds_erased = busy != 0
        return busy == 0

    def cut_log_soon(self) -> None:
        """Something was erased: the log holds it until `truncate_log` next succeeds."""
        self._log_holds_erased = True

    @property
    def log_holds_erased(self) -> bool:
        """Whether what was erased can still be read in the write-ahead log."""
        return self._log_holds_erased

    def copy_to(self, copy: sqlite3.Connection) -> None:
        """Write a consistent copy of everything into another, empty database."""
        with self._lock:
            self._db.backup(copy)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.path, check_same_thread=False, isolation_level=None, timeout=_PATIENCE_S
        )
        db.row_factory = sqlite3.Row
        try:
            self._demand_safety(db)
            self._demand_soundness(db)
            if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                # In one transaction: power may go between two tables, too.
                version = f"PRAGMA user_version = {VERSION};"
                db.executescript(f"BEGIN IMMEDIATE; {self._schema} {version} COMMIT;")
        except sqlite3.OperationalError as error:
            db.close()
            raise JournalUnsafe(f"{self.path}: {error}; check disk and rights") from error
        except sqlite3.DatabaseError as error:
            db.close()
            raise JournalDamaged(f"{self.path}: {error}") from error
        except JournalUnsafe:
            db.close()
            raise
        return db

    def _demand_safety(self, db: sqlite3.Connection) -> None:
        for name, value in _PRAGMAS.items():
            db.execute(f"PRAGMA {name} = {value}")
            answer = db.execute(f"PRAGMA {name}").fetchone()[0]
            if answer != value:
                raise JournalUnsafe(f"{self.path}: {name} is {answer!r}, needed {value!r}")

    def _demand_soundness(self, db: sqlite3.Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            words = f"written by a newer program (version {version}); install that one"
            raise JournalUnsafe(f"{self.path}: {words}")
        if 0 < version < VERSION:
            words = f"written by an older program (version {version}); settle it with that one"
            raise JournalUnsafe(f"{self.path}: {words} (`python -m kiosk journal settle`)")
        verdict = db.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise JournalDamaged(f"{self.path}: {verdict}")
        if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise JournalDamaged(f"{self.path}: rows refer to rows that are not there")

    def _begin(self) -> None:
        if self._suspect:
            # What a failed sync left in the page cache is not to be trusted: read it anew.
            fresh = self._open()
            self._db.close()
            self._db, self._suspect = fresh, False
        self._db.execute("BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _failed(self, error: Exception) -> JournalFailed:
        self._suspect = True
        for listener in self._listeners:
            listener(str(error))
        return JournalFailed(f"{self.path}: {error}")

"""A SQLite database as one part: SQLite's own backup while others write, and the file put back."""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from queue_server.backup.model import BackupFault

PART = "database.sqlite"
PATIENCE_S = 120.0
_ASIDE = ".backup-"
_STALE_S = 86_400.0


@contextlib.contextmanager
def snapshot(database: Path) -> Iterator[Path]:
    """A consistent copy of `database` in its own folder, readable by its owner only, gone at the
    end of the block. Writers go on meanwhile.

    The whole copy is one read transaction, so what is written meanwhile never starts it again.
    Raises BackupFault when the database is missing, damaged, or held for `PATIENCE_S`.
    """
    if not database.is_file():
        raise BackupFault(f"{database}: there is no database to copy")
    _sweep(database.parent)
    handle, name = tempfile.mkstemp(prefix=_ASIDE, suffix=".tmp", dir=database.parent)
    os.close(handle)
    copy = Path(name)
    try:
        _copy(database, copy)
        yield copy
    finally:
        for left in (copy, Path(f"{copy}-wal"), Path(f"{copy}-shm"), Path(f"{copy}-journal")):
            left.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Take away what a backup left that lost power; one that is under way is younger."""
    for left in folder.glob(f"{_ASIDE}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _STALE_S:
                left.unlink()


def _copy(database: Path, copy: Path) -> None:
    ends = time.monotonic() + PATIENCE_S

    def look(*_: int) -> None:
        if time.monotonic() > ends:
            raise TimeoutError

    with (
        contextlib.closing(sqlite3.connect(database, timeout=5.0)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        try:
            source.backup(target, progress=look)
            check(target)
        except TimeoutError:
            words = f"{database}: somebody held it for {PATIENCE_S:.0f} s; try again"
            raise BackupFault(words) from None
        except sqlite3.DatabaseError as error:
            raise BackupFault(f"{database}: it cannot be copied: {error}") from error
        target.execute("PRAGMA journal_mode = delete")  # one file, nothing beside it


def check(database: sqlite3.Connection) -> None:
    """Raises BackupFault when the pages of `database` do not fit together."""
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BackupFault(f"the database is damaged ({found}); keep your older backups")


def put_back(pieces: Iterator[bytes], place: Path) -> None:
    """Write the database of a backup to `place`, which is not there yet."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.closing(sqlite3.connect(place)) as database:
        check(database)

"""A damaged journal is put aside, never written over: support may still read what is in it."""

from datetime import UTC, datetime
from pathlib import Path

# SQLite's own companions of a database: the log and the log's index.
_COMPANIONS = ("", "-wal", "-shm")


def quarantine(path: Path) -> Path:
    """Rename the journal at `path` and its companions; where the database lies now."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in reversed(_COMPANIONS):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    return aside


def quarantined(path: Path) -> list[str]:
    """The names of the damaged journals beside `path`, oldest first."""
    found = path.parent.glob(f"{path.name}.damaged-*Z")
    return sorted(each.name for each in found)

"""The kiosk's own memory of what it set out to do and how it ended, safe against power loss."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet

from kiosk.order_book import OrderBook

_SCHEMA = """
CREATE TABLE IF NOT EXISTS effects (
    id          TEXT PRIMARY KEY,
    session     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    body        BLOB,              -- sealed: may hold personal data; NULL once forgotten
    state       TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed', 'unknown')),
    result      TEXT NOT NULL DEFAULT '',
    intended_at TEXT NOT NULL,
    settled_at  TEXT,
    CHECK ((state = 'intended') = (settled_at IS NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS effects_open ON effects (state) WHERE state IN ('intended', 'unknown');
CREATE INDEX IF NOT EXISTS effects_session ON effects (session);
"""
_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


class JournalUnsafe(RuntimeError):
    """The journal cannot promise to survive a power cut; the kiosk must not take money on it."""


class EffectState(StrEnum):
    """How far an effect came. `unknown`: its reply was lost; it is asked about, never repeated."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One effect as journalled. `body` is None once the person was forgotten."""

    id: UUID
    session: UUID
    kind: str
    body: Mapping[str, Any] | None
    state: EffectState
    result: str


class Journal:
    """Intent before, result after every effect. Each call is one durable transaction.

    Safe to use from several threads. Raises JournalUnsafe when the file does not accept WAL with
    synchronous=FULL or does not pass its integrity check.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._sealer = Fernet(key)
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise JournalUnsafe(f"{path}: {error}; move the file away and call support") from error

    def _prepare(self, path: Path) -> None:
        for name, value in _PRAGMAS.items():
            self._db.execute(f"PRAGMA {name} = {value}")
            answer = self._db.execute(f"PRAGMA {name}").fetchone()[0]
            if answer != value:
                raise JournalUnsafe(f"{path}: {name} is {answer!r}, needed {value!r}")
        verdict = self._db.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise JournalUnsafe(f"{path}: damaged ({verdict}); move the file away, call support")
        self._db.executescript(_SCHEMA)
        self.orders = OrderBook(self._db, self._lock)

    def intend(self, effect: UUID, session: UUID, kind: str, body: Mapping[str, Any]) -> Entry:
        """Write down that `effect` is about to be done; the entry as it stands afterwards.

        An effect already in the journal is left as it is, so that a repetition can be recognised.
        """
        sealed = self._sealer.encrypt(json.dumps(body).encode())
        with self._lock:
            self._db.execute(
                "INSERT INTO effects (id, session, kind, body, state, intended_at)"
                " VALUES (?, ?, ?, ?, 'intended', ?) ON CONFLICT (id) DO NOTHING",
                (str(effect), str(session), kind, sealed, _now()),
            )
            row = self._db.execute("SELECT * FROM effects WHERE id = ?", (str(effect),)).fetchone()
        return self._entry(row)

    def settle(self, effect: UUID, state: EffectState, result: str = "") -> None:
        """Write down how `effect` ended. `result`: ids and words, no personal data."""
        with self._lock:
            self._db.execute(
                "UPDATE effects SET state = ?, result = ?, settled_at = ? WHERE id = ?",
                (state, result, _now(), str(effect)),
            )

    def open_effects(self) -> list[Entry]:
        """What was begun and never settled, and what is unknown; oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM effects WHERE state IN ('intended', 'unknown') ORDER BY intended_at"
            ).fetchall()
        return [self._entry(row) for row in rows]

    def entries(self, session: UUID) -> list[Entry]:
        """Everything of one session, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM effects WHERE session = ? ORDER BY intended_at", (str(session),)
            ).fetchall()
        return [self._entry(row) for row in rows]

    def forget(self, session: UUID) -> None:
        """Erase the personal data of a session's settled effects; what is open keeps its own.

        An order that was never charged is abandoned.
        """
        with self._lock:
            self.orders.leave(session)
            self._db.execute(
                "UPDATE effects SET body = NULL WHERE session = ? AND state IN ('done', 'failed')",
                (str(session),),
            )
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close_interrupted(self) -> None:
        """At boot: nobody of the last run stands here any more.

        What was begun is unknown, personal data goes, orders that were never charged are
        abandoned. Orders with money in them are the recovery's.
        """
        with self._lock:
            self._db.execute(
                "UPDATE effects SET state = 'unknown', result = 'interrupted', settled_at = ?"
                " WHERE state = 'intended'",
                (_now(),),
            )
            self._db.execute("UPDATE effects SET body = NULL")
            self.orders.leave(None)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _entry(self, row: sqlite3.Row) -> Entry:
        body = row["body"]
        return Entry(
            id=UUID(row["id"]),
            session=UUID(row["session"]),
            kind=row["kind"],
            body=None if body is None else json.loads(self._sealer.decrypt(body)),
            state=EffectState(row["state"]),
            result=row["result"],
        )


def _now() -> str:
    return datetime.now(UTC).isoformat()


def load_key(path: Path) -> bytes:
    """The journal's key; made, readable by its owner only, when there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(Fernet.generate_key())
    return path.read_bytes().strip()

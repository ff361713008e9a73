"""The journal's book of effects: what was about to be done, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from sqlite3 import Row
from typing import Any
from uuid import UUID

from kiosk.journal.file import JournalFile
from kiosk.journal.seal import Seal

SCHEMA = """
CREATE TABLE effects (
    id          TEXT PRIMARY KEY,
    session     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    body        BLOB,              -- sealed: may hold personal data; NULL once it has ended
    state       TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed', 'unknown')),
    result      TEXT NOT NULL DEFAULT '',
    intended_at TEXT NOT NULL,
    settled_at  TEXT,
    CHECK ((state = 'intended') = (settled_at IS NULL))
) STRICT;
CREATE INDEX effects_open ON effects (state) WHERE state IN ('intended', 'unknown');
CREATE INDEX effects_session ON effects (session);
CREATE INDEX effects_known ON effects (session) WHERE body IS NOT NULL;
"""

KEPT_DAYS = 30


class EffectState(StrEnum):
    """How far an effect came. `unknown`: its reply was lost; it is asked about, never repeated."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One effect as journalled. `body` is None once it has ended, or its person left."""

    id: UUID
    session: UUID
    kind: str
    body: Mapping[str, Any] | None
    state: EffectState
    result: str


class EffectBook:
    """Intent before, result after every effect. Each call is one durable unit."""

    def __init__(self, file: JournalFile, seal: Seal) -> None:
        self._file = file
        self._seal = seal

    def intend(self, effect: UUID, session: UUID, kind: str, body: Mapping[str, Any]) -> Entry:
        """Write down that `effect` is about to be done; the entry as it stands afterwards.

        An effect already in the journal is left as it is, so that a repetition can be recognised.
        """
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO effects (id, session, kind, body, state, intended_at)"
                " VALUES (?, ?, ?, ?, 'intended', ?) ON CONFLICT (id) DO NOTHING",
                (str(effect), str(session), kind, self._seal.close(body), now()),
            )
            (row,) = db.execute("SELECT * FROM effects WHERE id = ?", (str(effect),)).fetchall()
        return self._entry(row)

    def settle(self, effect: UUID, state: EffectState, result: str = "") -> None:
        """Write down how `effect` ended. `result`: ids and words, no personal data.

        What it knows of a person is needed no more, and goes.
        """
        with self._file.unit() as db:
            db.execute(
                "UPDATE effects SET state = ?, result = ?, settled_at = ?, body = NULL"
                " WHERE id = ?",
                (state, result, now(), str(effect)),
            )
        self._file.cut_log_soon()

    def open_effects(self) -> list[Entry]:
        """What was begun and never settled, and what is unknown; oldest first."""
        rows = self._file.read(
            "SELECT * FROM effects WHERE state IN ('intended', 'unknown') ORDER BY intended_at"
        )
        return [self._entry(row) for row in rows]

    def entries(self, session: UUID) -> list[Entry]:
        """Everything of one session, oldest first."""
        rows = self._file.read(
            "SELECT * FROM effects WHERE session = ? ORDER BY intended_at", (str(session),)
        )
        return [self._entry(row) for row in rows]

    def forget(self, session: UUID) -> None:
        """Take out what the effects of `session` know of its person, ended or not."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE effects SET body = NULL WHERE session = ? AND body IS NOT NULL",
                (str(session),),
            )
        self._file.cut_log_soon()

    def interrupt(self) -> None:
        """At boot: what was begun is unknown, and nobody of the last run stands here any more.

        What ended long ago tells nobody anything: it goes after KEPT_DAYS.
        """
        long_ago = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
        with self._file.unit() as db:
            db.execute(
                "UPDATE effects SET state = 'unknown', result = 'interrupted', settled_at = ?"
                " WHERE state = 'intended'",
                (now(),),
            )
            db.execute("UPDATE effects SET body = NULL WHERE body IS NOT NULL")
            db.execute("DELETE FROM effects WHERE settled_at < ?", (long_ago,))

    def _entry(self, row: Row) -> Entry:
        return Entry(
            id=UUID(row["id"]),
            session=UUID(row["session"]),
            kind=row["kind"],
            body=self._seal.open(row["body"]),
            state=EffectState(row["state"]),
            result=row["result"],
        )


def now() -> str:
    """The instant, as the journal writes it: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat()

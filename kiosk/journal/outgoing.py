"""What the server must still be told: news written in one unit with what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kiosk.journal.effects import now
from kiosk.journal.file import JournalFile
from kiosk.journal.seal import Seal

SCHEMA = """
CREATE TABLE outgoing (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,    -- the Idempotency-Key, the same on every try
    path     TEXT NOT NULL,
    body     BLOB NOT NULL,           -- sealed
    put_at   TEXT NOT NULL,
    refused  TEXT NOT NULL DEFAULT '' -- the server's word; '' while it has not said no
) STRICT;
CREATE INDEX outgoing_waiting ON outgoing (position) WHERE refused = '';
"""


@dataclass(frozen=True)
class Outgoing:
    """One piece of news: POST `body` to `path` under the key `id`."""

    id: UUID
    path: str
    body: Mapping[str, Any]


class OutgoingBook:
    """News in the order they were written; one goes away when the server has acknowledged it."""

    def __init__(self, file: JournalFile, seal: Seal) -> None:
        self._file = file
        self._seal = seal

    def put(self, news: Outgoing) -> None:
        """Write `news` down; the same id again is the same news."""
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO outgoing (id, path, body, put_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                (str(news.id), news.path, self._seal.close(news.body), now()),
            )

    def waiting(self, limit: int = 100) -> list[Outgoing]:
        """The oldest news the server has not answered, at most `limit`."""
        rows = self._file.read(
            "SELECT id, path, body FROM outgoing WHERE refused = '' ORDER BY position LIMIT ?",
            (limit,),
        )
        opened = [(row["id"], row["path"], self._seal.open(row["body"])) for row in rows]
        return [Outgoing(UUID(id_), path, body) for id_, path, body in opened if body is not None]

    def acknowledged(self, id_: UUID) -> None:
        """The server has it."""
        with self._file.unit() as db:
            db.execute("DELETE FROM outgoing WHERE id = ?", (str(id_),))
        self._file.cut_log_soon()

    def refused(self, id_: UUID, word: str) -> None:
        """The server will never take it, and why; it stays for staff and support."""
        with self._file.unit() as db:
            db.execute("UPDATE outgoing SET refused = ? WHERE id = ?", (word or "no", str(id_)))

    def refusals(self) -> list[tuple[str, str]]:
        """Path and word of what the server would not take."""
        rows = self._file.read("SELECT path, refused FROM outgoing WHERE refused != ''")
        return [(row["path"], row["refused"]) for row in rows]

    def count(self) -> int:
        """How many news the server has not acknowledged."""
        return self._file.read("SELECT count(*) FROM outgoing")[0][0]

"""The journal's book of numbers: blocks reserved for a time without server, and each number given.

A number is written down before it is printed, and once (UNIQUE): whatever dies, nobody else gets
it. What the server still has to hear of a number stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from sqlite3 import Connection, Row
from typing import Any
from uuid import UUID, uuid4

from kiosk.journal.block import SCHEMA as BLOCKS
from kiosk.journal.block import Block, block_of, block_row
from kiosk.journal.effects import EffectState
from kiosk.journal.file import JournalFile
from kiosk.journal.seal import Seal

SCHEMA = f"""
{BLOCKS}
-- Asked for, not yet answered: the key stays the same until the answer is written down.
CREATE TABLE block_requests (
    service TEXT PRIMARY KEY,
    key     TEXT NOT NULL UNIQUE,
    size    INTEGER NOT NULL CHECK (size > 0)
) STRICT;
CREATE TABLE given_numbers (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket    TEXT NOT NULL UNIQUE,  -- the id of the effect that took it
    block     TEXT NOT NULL REFERENCES blocks (id),
    series    TEXT NOT NULL,
    day       TEXT NOT NULL,
    number    INTEGER NOT NULL,
    attention_class TEXT NOT NULL,
    document  BLOB,                  -- sealed; NULL once the server knows, or nobody holds it
    asked_as  TEXT,                  -- the request the server did not answer
    given_at  TEXT NOT NULL,
    paper     TEXT NOT NULL DEFAULT 'taken'
        CHECK (paper IN ('taken', 'printing', 'printed', 'not_printed', 'unknown')),
    told      TEXT NOT NULL DEFAULT '',   -- 'merged', 'attended', or the server's refusal
    UNIQUE (day, series, number)
) STRICT;
CREATE INDEX given_numbers_untold ON given_numbers (position) WHERE told = '';
"""
# A printer says within seconds what became of a paper; later nobody will.
PRINTING_ENDS = timedelta(minutes=1)
KEPT_DAYS = 30


class PaperState(StrEnum):
    """What is known about a number's paper. `taken`: it was not sent to the printer yet."""

    TAKEN = "taken"
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Given:
    """A number somebody was given. `document`: what was read of theirs, None when nothing was."""

    ticket: UUID
    block: str
    service: str
    number: int
    attention_class: str
    given_at: datetime
    document: Mapping[str, Any] | None


class BlockBook:
    """Blocks and numbers; each call is one durable unit, or part of the one around it."""

    def __init__(self, file: JournalFile, seal: Seal) -> None:
        self._file = file
        self._seal = seal

    # --- blocks ----------------------------------------------------------------------------------
    def request(self, service: str, size: int) -> tuple[UUID, int]:
        """Key and size of the one open request for a block of `service`, made where none is."""
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO block_requests VALUES (?, ?, ?) ON CONFLICT (service) DO NOTHING",
                (service, str(uuid4()), size),
            )
            (row,) = db.execute(
                "SELECT key, size FROM block_requests WHERE service = ?", (service,)
            ).fetchall()
        return UUID(row["key"]), row["size"]

    def answered(self, service: str, block: Block | None) -> None:
        """The server answered the open request of `service`: with a block, or it will not."""
        with self._file.unit() as db:
            db.execute("DELETE FROM block_requests WHERE service = ?", (service,))
            if block is not None:
                db.execute(
                    "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (id) DO NOTHING",
                    block_row(block),
                )

    def left(self, at: datetime) -> list[tuple[Block, int]]:
        """Every block of the day it is at `at`, oldest first, and how many numbers it has left."""
        return [
            (block, block.last - last)
            for block, last in self._blocks(self._file.read(_LAST_GIVEN))
            if block.is_of(at)
        ]

    def pace(self, series: str, since: datetime) -> int:
        """How many turns of `series` this kiosk gave out since then, with or without server."""
        rows = self._file.read(
            "SELECT count(*) FROM effects WHERE kind IN ('issue_ticket', 'take_number')"
            " AND state = 'done' AND settled_at >= ? AND result LIKE ?",
            (since.isoformat(), f"{series}-%"),
        )
        return rows[0][0]

    # --- numbers ---------------------------------------------------------------------------------
    def take(
        self,
        ticket: UUID,
        service: str,
        attention_class: str,
        document: Mapping[str, Any] | None,
        at: datetime,
        asked_as: UUID | None = None,
    ) -> tuple[Block, int] | None:
        """The next number of `service`, from now on `ticket`'s; None when none is left.

        A ticket that has a number already is given none. Raises JournalFailed.
        """
        with self._file.unit() as db:
            known = db.execute("SELECT 1 FROM given_numbers WHERE ticket = ?", (str(ticket),))
            if known.fetchone() is not None:
                return None
            for block, last in self._blocks(db.execute(_LAST_GIVEN).fetchall()):
                if block.service == service and last < block.last and block.usable(at):
                    self._give(db, block, last + 1, ticket, attention_class, document, at, asked_as)
                    return block, last + 1
        return None

    def _give(
        self,
        db: Connection,
        block: Block,
        number: int,
        ticket: UUID,
        attention_class: str,
        document: Mapping[str, Any] | None,
        at: datetime,
        asked_as: UUID | None,
    ) -> None:
        db.execute(
            "INSERT INTO given_numbers (ticket, block, series, day, number, attention_class,"
            " document, asked_as, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(ticket),
                block.id,
                block.series,
                block.day.isoformat(),
                number,
                attention_class,
                document and self._seal.close(document),
                asked_as and str(asked_as),
                at.isoformat(),
            ),
        )

    def paper_is(self, ticket: str, state: PaperState) -> None:
        """Write down what is known about the paper, before and after it is printed.

        Of a paper that did not come out nobody holds the number: what it knew of them goes.
        """
        with self._file.unit() as db:
            db.execute(
                "UPDATE given_numbers SET paper = ?,"
                " document = CASE ? WHEN 'not_printed' THEN NULL ELSE document END"
                " WHERE ticket = ?",
                (state, state, ticket),
            )
        self._file.cut_log_soon()

    # --- what the server must hear ---------------------------------------------------------------
    def to_merge(self, at: datetime, limit: int = 100) -> list[Given]:
        """Numbers somebody holds, or may hold, and the server has not heard of, oldest first.

        Not those whose unanswered request has not been cleared up yet.
        """
        rows = self._file.read(
            f"SELECT given_numbers.*, blocks.service FROM given_numbers"
            f" JOIN blocks ON blocks.id = block WHERE told = '' AND {_HELD}"
            " AND NOT EXISTS (SELECT 1 FROM effects"
            " WHERE effects.id = asked_as AND effects.state IN ('intended', 'unknown'))"
            " ORDER BY position LIMIT ?",
            ((at - PRINTING_ENDS).isoformat(), limit),
        )
        return [self._given(row) for row in rows]

    def told(self, ticket: UUID, word: str) -> None:
        """The server knows, or will never take it (its word); what is known of a person goes."""
        self._told("ticket", ticket, word)

    def lost_requests(self, standing: UUID | None, at: datetime) -> list[UUID]:
        """Requests for a turn the server did not answer and nobody waits for any more.

        Whoever stands here (the session `standing`) may still ask again, unless a paper took the
        request's place.
        """
        rows = self._file.read(
            "SELECT id FROM effects WHERE kind = 'issue_ticket' AND state = 'unknown'"
            " AND (session != ? OR EXISTS (SELECT 1 FROM given_numbers"
            f" WHERE asked_as = effects.id AND {_HELD}))",
            (str(standing), (at - PRINTING_ENDS).isoformat()),
        )
        return [UUID(row["id"]) for row in rows]

    def cleared_up(self, request: UUID, outcome: str) -> None:
        """What the server had made of a lost request is withdrawn, or was attended."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE effects SET state = ?, result = ? WHERE id = ? AND state = 'unknown'",
                (EffectState.FAILED, f"lost: {outcome}", str(request)),
            )
            if outcome == "attended":
                self._told("asked_as", request, outcome)

    def untold(self) -> int:
        """How many numbers somebody holds the server has not heard of."""
        query = "SELECT count(*) FROM given_numbers WHERE told = '' AND paper IN (?, ?, ?)"
        held = (PaperState.PRINTING, PaperState.PRINTED, PaperState.UNKNOWN)
        return self._file.read(query, held)[0][0]

    def interrupt(self, at: datetime) -> None:
        """At boot: a paper not sent to the printer never will be; of one that was, nobody knows.

        What is long over goes.
        """
        long_ago = (at - timedelta(days=KEPT_DAYS)).date().isoformat()
        with self._file.unit() as db:
            db.execute(
                "UPDATE given_numbers SET paper = 'not_printed', document = NULL"
                " WHERE paper = 'taken'"
            )
            db.execute("UPDATE given_numbers SET paper = 'unknown' WHERE paper = 'printing'")
            # With its numbers goes the block: they can never be given again.
            db.execute("DELETE FROM given_numbers WHERE day < ?", (long_ago,))
            db.execute("DELETE FROM blocks WHERE day < ?", (long_ago,))

    def _told(self, column: str, value: UUID, word: str) -> None:
        with self._file.unit() as db:
            db.execute(
                f"UPDATE given_numbers SET told = ?, document = NULL WHERE {column} = ?",
                (word, str(value)),
            )
        self._file.cut_log_soon()

    def _blocks(self, rows: Sequence[Row]) -> list[tuple[Block, int]]:
        return [(block_of(row), row["given"] or row["first"] - 1) for row in rows]

    def _given(self, row: Row) -> Given:
        return Given(
            ticket=UUID(row["ticket"]),
            block=row["block"],
            service=row["service"],
            number=row["number"],
            attention_class=row["attention_class"],
            given_at=datetime.fromisoformat(row["given_at"]),
            document=self._seal.open(row["document"]),
        )


# Somebody holds its paper, or may; the parameter is the instant before which printing has ended.
_HELD = "(paper IN ('printed', 'unknown') OR (paper = 'printing' AND given_at < ?))"
_LAST_GIVEN = (
    "SELECT blocks.*, (SELECT max(number) FROM given_numbers WHERE block = blocks.id) AS given"
    " FROM blocks ORDER BY reserved_at, first"
)

"""All books of one journal, and what touches several of them."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog

from kiosk.journal import blocks, boxes, cash, claims, days, effects, orders, outgoing
from kiosk.journal.file import JournalDamaged, JournalFile, JournalUnsafe
from kiosk.journal.quarantine import quarantine
from kiosk.journal.seal import Seal

SCHEMA = (
    "".join(book.SCHEMA for book in (effects, orders, cash, claims, outgoing, boxes, blocks, days))
    + """
CREATE TABLE probes (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL) STRICT;
-- Sealed with the journal's key: whoever opens it shows by this that theirs is the same.
CREATE TABLE key_marks (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;
"""
)

log = structlog.get_logger("journal")


class Journal:
    """The books over one file. Safe to use from several threads.

    Raises JournalUnsafe when the file cannot promise to survive a power cut, or is sealed with
    another key: news the server has not heard could not be read. With `any_key` only what is not
    sealed is asked for. JournalDamaged when it is no sound database.
    """

    def __init__(self, path: Path, key: bytes, *, any_key: bool = False) -> None:
        seal = Seal(key)
        self.file = JournalFile(path, SCHEMA)
        if not any_key:
            self._demand_key(seal)
        self.effects = effects.EffectBook(self.file, seal)
        self.orders = orders.OrderBook(self.file)
        self.cash = cash.CashBook(self.file)
        self.claims = claims.ClaimBook(self.file)
        self.outgoing = outgoing.OutgoingBook(self.file, seal)
        self.blocks = blocks.BlockBook(self.file, seal)
        self.boxes = boxes.BoxBook(self.file)
        self.days = days.DayBook(self.file)
        self._to_forget: set[UUID] = set()

    def _demand_key(self, seal: Seal) -> None:
        rows = self.file.read("SELECT sealed FROM key_marks")
        if not rows:
            with self.file.unit() as db:
                db.execute("INSERT OR IGNORE INTO key_marks VALUES (1, ?)", (seal.close({}),))
        elif seal.open(rows[0][0]) is None:
            self.file.close()
            words = "it is sealed with another key: bring its key file back, or see docs/money.md"
            raise JournalUnsafe(f"{self.file.path}: {words}")

    def together(self) -> AbstractContextManager[object]:
        """What several books write inside is one durable unit: all of it, or nothing."""
        return self.file.unit()

    def forget(self, session: UUID) -> None:
        """The person of `session` left: erase what is known of them, here and in the log.

        An order that was never charged is abandoned. Raises JournalFailed; `forget_rest` tries
        again.
        """
        self._to_forget.add(session)
        with self.together():
            self.orders.leave(session)
            self.effects.forget(session)
        self.file.truncate_log()
        self._to_forget.discard(session)

    def forget_rest(self) -> None:
        """Forget whoever left while the journal could not be written. Raises JournalFailed."""
        for session in tuple(self._to_forget):
            self.forget(session)

    def close_interrupted(self) -> None:
        """At boot: nobody of the last run stands here any more.

        What was begun is unknown, personal data goes, orders that were never charged are
        abandoned. Orders with money in them are the recovery's.
        """
        with self.together():
            self.effects.interrupt()
            self.claims.interrupt()
            self.blocks.interrupt(datetime.now(UTC))
            self.orders.leave(None)
        self.file.truncate_log()

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


def open_journal(path: Path, key: bytes) -> Journal:
    """The journal at `path`; a damaged one is put aside and a new one begun.

    Raises JournalUnsafe where no journal could survive a power cut.
    """
    try:
        return Journal(path, key)
    except JournalDamaged as error:
        aside = quarantine(path)
        log.error("the journal is damaged and was put aside", why=str(error), lies_at=str(aside))
        return Journal(path, key)

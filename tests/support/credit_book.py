"""Reference books for cash: SQLite with every commit synced, as a kiosk's journal keeps them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout

SCHEMA = """
CREATE TABLE IF NOT EXISTS tallies (
    serial TEXT PRIMARY KEY, counter INTEGER NOT NULL, accepted INTEGER,
    session TEXT NOT NULL, session_centimos INTEGER NOT NULL, events_lost TEXT NOT NULL,
    under_way TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS credits (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL, counter INTEGER NOT NULL,
    amount_centimos INTEGER NOT NULL CHECK (amount_centimos > 0), item TEXT NOT NULL,
    session TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS payouts (
    payout_id TEXT PRIMARY KEY, serial TEXT NOT NULL, counter INTEGER NOT NULL,
    coins INTEGER NOT NULL, dispensed INTEGER, outcome TEXT, paid INTEGER, unpaid INTEGER
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_open_payout ON payouts (serial) WHERE outcome IS NULL;
"""


class Book:
    """Both books in one file; each call opens, commits and closes, so a kill leaves nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._open()) as db:
            db.executescript(SCHEMA)

    def tally(self, serial: str) -> Tally | None:
        with closing(self._open()) as db:
            words = "counter, accepted, session, session_centimos, events_lost, under_way"
            query = f"SELECT {words} FROM tallies WHERE serial = ?"
            row = db.execute(query, (serial,)).fetchone()
        return None if row is None else Tally(*row)

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        with closing(self._open()) as db:
            db.execute("BEGIN IMMEDIATE")
            self._write_tally(db, serial, tally)
            self._write_credits(db, credits)
            db.execute("COMMIT")

    def credits(self) -> list[Credit]:
        """All credits, oldest first."""
        words = "serial, counter, amount_centimos, item, session"
        with closing(self._open()) as db:
            rows = db.execute(f"SELECT {words} FROM credits ORDER BY id").fetchall()
        return [Credit(*row) for row in rows]

    def find(self, payout_id: str) -> Payout | None:
        return self._payout("payout_id = ?", payout_id)

    def open_payout(self, serial: str) -> Payout | None:
        return self._payout("outcome IS NULL AND serial = ?", serial)

    def begin(self, payout: Payout) -> None:
        values = (payout.payout_id, payout.serial, payout.counter, payout.coins, payout.dispensed)
        with closing(self._open()) as db:
            db.execute("INSERT INTO payouts VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL)", values)

    def end(self, payout: Payout) -> None:
        values = (payout.outcome, payout.paid, payout.unpaid, payout.payout_id)
        with closing(self._open()) as db:
            db.execute(
                "UPDATE payouts SET outcome = ?, paid = ?, unpaid = ? WHERE payout_id = ?", values
            )

    def payouts(self) -> list[Payout]:
        """All payouts, by id."""
        with closing(self._open()) as db:
            rows = db.execute("SELECT payout_id FROM payouts ORDER BY payout_id").fetchall()
        return [replace(found) for (name,) in rows if (found := self.find(name)) is not None]

    def _payout(self, where: str, value: str) -> Payout | None:
        with closing(self._open()) as db:
            words = "payout_id, serial, counter, coins, dispensed, outcome, paid, unpaid"
            row = db.execute(f"SELECT {words} FROM payouts WHERE {where}", (value,)).fetchone()
        return None if row is None else Payout(*row)

    def _write_tally(self, db: sqlite3.Connection, serial: str, tally: Tally) -> None:
        db.execute(
            "INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                serial,
                tally.counter,
                tally.accepted,
                tally.session,
                tally.session_centimos,
                tally.events_lost,
                tally.under_way,
            ),
        )

    def _write_credits(self, db: sqlite3.Connection, credits: tuple[Credit, ...]) -> None:
        words = "serial, counter, amount_centimos, item, session"
        db.executemany(
            f"INSERT INTO credits ({words}) VALUES (?, ?, ?, ?, ?)",
            [(it.serial, it.counter, it.amount_centimos, it.item, it.session) for it in credits],
        )

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, timeout=5)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        return db

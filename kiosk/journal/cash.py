"""The journal's books of cash: what devices took, and what they gave, in the words of the drivers.

It implements `devices.kinds.cash_acceptor.CreditBook` and `devices.kinds.cash_dispenser.PayoutBook`
(ADR 13): a device's event counter and its credits are written in one unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Row
from uuid import UUID, uuid4

from devices.kinds.cash_acceptor import Credit, Tally
from devices.kinds.cash_dispenser import Payout
from kiosk.journal.effects import now
from kiosk.journal.file import JournalFile

SCHEMA = """
CREATE TABLE cash_tallies (
    serial           TEXT PRIMARY KEY,
    counter          INTEGER NOT NULL,
    accepted         INTEGER,
    session          TEXT NOT NULL,
    session_centimos INTEGER NOT NULL,
    events_lost      TEXT NOT NULL,
    under_way        TEXT NOT NULL,
    lost_session     TEXT NOT NULL DEFAULT ''   -- the cash-in in which it lost count, last
) STRICT;
-- A device's counter comes again after 255 events and after a reset, so a piece has its own id.
CREATE TABLE cash_credits (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    piece    TEXT NOT NULL UNIQUE,
    serial   TEXT NOT NULL,
    counter  INTEGER NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),   -- céntimos
    item     TEXT NOT NULL,
    session  TEXT NOT NULL,                         -- the payment's id; '' when none was open
    at       TEXT NOT NULL,
    told     INTEGER NOT NULL DEFAULT 0             -- 1: news of it are written for the server
) STRICT;
CREATE INDEX cash_credits_session ON cash_credits (session);
CREATE TABLE cash_payouts (
    payout     TEXT PRIMARY KEY,
    payment    TEXT NOT NULL,       -- what stands before the colon of the payout's id
    serial     TEXT NOT NULL,
    counter    INTEGER NOT NULL,
    coins      INTEGER NOT NULL CHECK (coins > 0),
    dispensed  INTEGER,
    outcome    TEXT CHECK (outcome IN ('paid', 'partly', 'not_paid', 'unknown')),
    paid       INTEGER,
    unpaid     INTEGER,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX cash_payouts_payment ON cash_payouts (payment);
CREATE UNIQUE INDEX one_open_payout ON cash_payouts (serial) WHERE outcome IS NULL;
"""
_TALLY = "counter, accepted, session, session_centimos, events_lost, under_way"
_PAYOUT = "payout, serial, counter, coins, dispensed, outcome, paid, unpaid"


class LostCount(StrEnum):
    """A device lost count: staff must still count its box, or they have."""

    OPEN = "open"
    RECONCILED = "reconciled"


@dataclass(frozen=True)
class Piece:
    """One note or coin in the box, by an id of its own."""

    id: str
    credit: Credit


class CashBook:
    """Both books; each call is one durable unit, or part of the one around it."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    # --- taking: CreditBook ----------------------------------------------------------------------
    def tally(self, serial: str) -> Tally | None:
        """What was last committed of this device; None: never seen."""
        rows = self._file.read(f"SELECT {_TALLY} FROM cash_tallies WHERE serial = ?", (serial,))
        return Tally(*rows[0]) if rows else None

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        """Write `tally` and `credits` durably in one unit. Raises JournalFailed."""
        with self._file.unit() as db:
            db.execute(
                f"INSERT INTO cash_tallies (serial, {_TALLY}) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (serial) DO UPDATE SET counter = excluded.counter,"
                " accepted = excluded.accepted, session = excluded.session,"
                " session_centimos = excluded.session_centimos,"
                " lost_session = CASE WHEN excluded.events_lost != '' AND events_lost = ''"
                " THEN coalesce(nullif(excluded.session, ''), session) ELSE lost_session END,"
                " events_lost = excluded.events_lost, under_way = excluded.under_way",
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
            db.executemany(
                "INSERT INTO cash_credits (piece, serial, counter, amount, item, session, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [_credit_row(each) for each in credits],
            )

    def is_open(self, session: str) -> bool:
        """Whether a device that took part in this cash-in has not ended it."""
        rows = self._file.read("SELECT 1 FROM cash_tallies WHERE session = ?", (session,))
        return bool(rows)

    def lost_count(self, session: str) -> LostCount | None:
        """Whether a device may have kept a piece of this cash-in that nobody was told of."""
        rows = self._file.read(
            "SELECT events_lost FROM cash_tallies WHERE lost_session = ? AND lost_session != ''",
            (session,),
        )
        if not rows:
            return None
        return LostCount.OPEN if any(row[0] for row in rows) else LostCount.RECONCILED

    # --- giving: PayoutBook ----------------------------------------------------------------------
    def find(self, payout_id: str) -> Payout | None:
        """This payout, or None."""
        return self._payout("payout = ?", payout_id)

    def open_payout(self, serial: str) -> Payout | None:
        """The one payout of this device that was begun and not ended, or None."""
        return self._payout("outcome IS NULL AND serial = ?", serial)

    def begin(self, payout: Payout) -> None:
        """Write an open payout, before the device is told. Raises when the id is known."""
        with self._file.unit() as db:
            db.execute(
                f"INSERT INTO cash_payouts ({_PAYOUT}, payment, at)"
                " VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?)",
                (
                    payout.payout_id,
                    payout.serial,
                    payout.counter,
                    payout.coins,
                    payout.dispensed,
                    payout.payout_id.partition(":")[0],
                    now(),
                ),
            )

    def end(self, payout: Payout) -> None:
        """Write how it ended."""
        with self._file.unit() as db:
            db.execute(
                "UPDATE cash_payouts SET outcome = ?, paid = ?, unpaid = ? WHERE payout = ?",
                (payout.outcome, payout.paid, payout.unpaid, payout.payout_id),
            )

    # --- what the kiosk itself asks --------------------------------------------------------------
    def pieces(self, session: str) -> list[Piece]:
        """The notes and coins of one cash-in (its payment's id), oldest first."""
        rows = self._file.read(
            "SELECT piece, serial, counter, amount, item, session FROM cash_credits"
            " WHERE session = ? ORDER BY position",
            (session,),
        )
        return [Piece(row[0], Credit(*row[1:])) for row in rows]

    def untold(self, session: str) -> list[Piece]:
        """The pieces of `session` that no news spoke of; from now on some do.

        Called within the unit that writes these news.
        """
        with self._file.unit() as db:
            rows = db.execute(
                "UPDATE cash_credits SET told = 1 WHERE session = ? AND told = 0"
                " RETURNING piece, serial, counter, amount, item, session",
                (session,),
            ).fetchall()
        return [Piece(row[0], Credit(*row[1:])) for row in rows]

    def payouts(self, payment: str) -> list[Payout]:
        """The payouts whose ids begin with `payment` and a colon, oldest first."""
        rows = self._file.read(
            f"SELECT {_PAYOUT} FROM cash_payouts WHERE payment = ? ORDER BY at, payout", (payment,)
        )
        return [Payout(*row) for row in rows]

    def position(self) -> tuple[int, int]:
        """How far the books have come: pieces taken, payouts ended. Equal: nothing is new."""
        (taken,) = self._file.read("SELECT coalesce(max(position), 0) FROM cash_credits")
        (ended,) = self._file.read(
            "SELECT count(*) FROM cash_payouts WHERE outcome IS NOT NULL AND outcome != 'unknown'"
        )
        return taken[0], ended[0]

    def touched(self, since: tuple[int, int]) -> set[UUID]:
        """The cash-ins that pieces came to light of after that `position`, and where a payout has
        ended since, all that were ever given coins."""
        sessions = self._file.read(
            "SELECT DISTINCT session FROM cash_credits WHERE position > ? AND session != ''",
            (since[0],),
        )
        given = self.position()[1] != since[1]
        query = "SELECT DISTINCT payment FROM cash_payouts"
        return {UUID(row[0]) for row in (*sessions, *(self._file.read(query) if given else ()))}

    def _payout(self, where: str, value: str) -> Payout | None:
        rows: Sequence[Row] = self._file.read(
            f"SELECT {_PAYOUT} FROM cash_payouts WHERE {where}", (value,)
        )
        return Payout(*rows[0]) if rows else None


def _credit_row(credit: Credit) -> tuple[str, str, int, int, str, str, str]:
    return (
        str(uuid4()),
        credit.serial,
        credit.counter,
        credit.amount_centimos,
        credit.item,
        credit.session,
        now(),
    )

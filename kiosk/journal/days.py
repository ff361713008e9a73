"""The journal's book of days: what the day close needs to know, read from the other books.

Of its own it keeps what a terminal counted, what acceptors had counted when a day began, and which
report of a day was written last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from kiosk.journal.file import JournalFile
from kiosk.order import OrderState

SCHEMA = """
-- A terminal's totals: of periods that this kiosk closed, and of the one that goes on (closed = 0).
-- The period holds the payments begun after `opened` and up to `at`. `day`: '' for what a terminal
-- had counted before this journal began; that is compared with nothing.
CREATE TABLE terminal_readings (
    position           INTEGER PRIMARY KEY AUTOINCREMENT,
    day                TEXT NOT NULL,
    terminal           TEXT NOT NULL,
    period             TEXT NOT NULL,
    opened             TEXT NOT NULL,
    at                 TEXT NOT NULL,
    closed             INTEGER NOT NULL CHECK (closed IN (0, 1)),
    closing            INTEGER NOT NULL DEFAULT 0,    -- 1: told to close, and nobody said it did
    payments           INTEGER NOT NULL,
    payments_centimos  INTEGER NOT NULL,
    reversals          INTEGER NOT NULL,
    reversals_centimos INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_period ON terminal_readings (closed) WHERE closed = 0;
-- The first look at an acceptor on a day: its own lifetime count, and the pieces in the book.
CREATE TABLE acceptor_mornings (
    day      TEXT NOT NULL,
    serial   TEXT NOT NULL,
    accepted INTEGER,
    pieces   INTEGER NOT NULL,
    PRIMARY KEY (serial, day)
) STRICT;
CREATE TABLE day_reports (
    day    TEXT PRIMARY KEY,
    digest TEXT NOT NULL,       -- of what was written last; '' before
    news   TEXT NOT NULL        -- its id among the outgoing
) STRICT;
CREATE INDEX order_payments_begun ON order_payments (begun_at);
"""
_BEGUN = "SELECT payment FROM order_payments WHERE begun_at >= ? AND begun_at < ?"


@dataclass(frozen=True)
class Try:
    """One try to pay: when it began, how far it came, what was proven of it."""

    payment: str
    application: str
    means: str
    begun_at: str
    amount_centimos: int
    states: tuple[OrderState, ...]
    returning_at: str
    evidence: str | None

    @property
    def state(self) -> OrderState:
        """How far it came."""
        return self.states[-1]

    @property
    def charged(self) -> bool:
        """Whether it was proven to be paid, whatever became of it later."""
        return OrderState.PAID in self.states


@dataclass(frozen=True)
class Reading:
    """What a terminal counted in one period, as the book has it."""

    day: str
    terminal: str
    period: str
    opened: str
    at: str
    closed: bool
    closing: bool
    payments: int
    payments_centimos: int
    reversals: int
    reversals_centimos: int


class DayBook:
    """Each call is one durable unit, or part of the one around it. Instants are ISO 8601, UTC."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    # --- tries to pay --------------------------------------------------------------------------
    def tries(self, since: str, before: str) -> list[Try]:
        """Those begun from `since` on and before `before`, oldest first."""
        rows = self._file.read(
            "SELECT application FROM order_payments WHERE begun_at >= ? AND begun_at < ?",
            (since, before),
        )
        found = [each for (app,) in {tuple(row) for row in rows} for each in self._of_order(app)]
        chosen = [each for each in found if since <= each.begun_at < before]
        return sorted(chosen, key=lambda each: (each.begun_at, each.payment))

    def _of_order(self, application: str) -> list[Try]:
        """Every try of one order: each begins with a step to `paying`, and lasts to the next."""
        tries = self._file.read(
            "SELECT p.payment, means, begun_at, o.amount,"
            " CASE WHEN o.payment = p.payment THEN o.evidence END AS evidence"
            " FROM order_payments p JOIN orders o USING (application)"
            " WHERE application = ? ORDER BY begun_at, p.rowid",
            (application,),
        )
        steps = self._file.read(
            "SELECT to_state, at FROM order_steps WHERE application = ? ORDER BY position",
            (application,),
        )
        return [
            _try(application, row, part) for row, part in zip(tries, _parts(steps), strict=True)
        ]

    def card_moves(self, since: str) -> bool:
        """Whether a card may be charged now, or is being given back since that instant or later."""
        rows = self._file.read(
            "SELECT 1 FROM orders o JOIN order_payments USING (payment) WHERE means = 'card'"
            " AND (state = 'paying' OR (state = 'returning' AND ? <="
            " (SELECT max(at) FROM order_steps s WHERE s.application = o.application))) LIMIT 1",
            (since,),
        )
        return bool(rows)

    def began(self) -> str:
        """When the first try of this journal began; '' while there is none."""
        return self._one("SELECT coalesce(min(begun_at), '') FROM order_payments")

    # --- cash: of the payments begun from `since` on and before `before` -----------------------
    def pieces(self, since: str, before: str) -> list[Row]:
        """Notes and coins of these payments, and those of no payment that came in that time:
        `session, serial, item, amount, pieces`."""
        return self._file.read(
            "SELECT session, serial, item, amount, count(*) AS pieces FROM cash_credits"
            f" WHERE session IN ({_BEGUN}) OR (at >= ? AND at < ?"
            " AND session NOT IN (SELECT payment FROM order_payments))"
            " GROUP BY session, serial, item, amount",
            (since, before, since, before),
        )

    def coins(self, since: str, before: str) -> list[Row]:
        """Payouts of which it is known that coins came out: `payment, serial, payout, paid`."""
        return self._file.read(
            "SELECT payment, serial, payout, paid FROM cash_payouts"
            f" WHERE payment IN ({_BEGUN}) AND paid > 0",
            (since, before),
        )

    def claimed(self, since: str, before: str) -> Mapping[str, int]:
        """What claims were made of each payment, in céntimos."""
        rows = self._file.read(
            f"SELECT payment, sum(amount) FROM claims WHERE payment IN ({_BEGUN}) GROUP BY payment",
            (since, before),
        )
        return {row[0]: row[1] for row in rows}

    def acceptors(self) -> dict[str, tuple[int | None, int, str]]:
        """Each acceptor now: its own lifetime count, the pieces booked of it, what it lost."""
        rows = self._file.read(
            "SELECT serial, accepted, events_lost,"
            " (SELECT count(*) FROM cash_credits c WHERE c.serial = t.serial) AS pieces"
            " FROM cash_tallies t"
        )
        return {row["serial"]: (row["accepted"], row["pieces"], row["events_lost"]) for row in rows}

    def look_in_the_morning(self, day: str) -> None:
        """Write down each acceptor's counts, where nobody did on `day` yet."""
        with self._file.unit() as db:
            db.executemany(
                "INSERT INTO acceptor_mornings VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [
                    (day, serial, accepted, pieces)
                    for serial, (accepted, pieces, _) in self.acceptors().items()
                ],
            )

    def mornings(self, serial: str, day: str) -> list[tuple[int | None, int]]:
        """The counts of an acceptor when `day` began, and when the next day did: at most two."""
        rows = self._file.read(
            "SELECT accepted, pieces FROM acceptor_mornings WHERE serial = ? AND day >= ?"
            " ORDER BY day LIMIT 2",
            (serial, day),
        )
        first = self._file.read(
            "SELECT 1 FROM acceptor_mornings WHERE serial = ? AND day = ?", (serial, day)
        )
        return [(row["accepted"], row["pieces"]) for row in rows] if first else []

    # --- the terminal --------------------------------------------------------------------------
    def readings(self, day: str) -> list[Reading]:
        """What was read of the periods of `day`, oldest first."""
        rows = self._file.read(
            "SELECT * FROM terminal_readings WHERE day = ? ORDER BY position", (day,)
        )
        return [_reading(row) for row in rows]

    def open_period(self) -> Reading | None:
        """What was read last of the period that goes on."""
        rows = self._file.read("SELECT * FROM terminal_readings WHERE closed = 0")
        return _reading(rows[0]) if rows else None

    def last_close(self) -> Reading | None:
        """The period closed last."""
        rows = self._file.read(
            "SELECT * FROM terminal_readings WHERE closed = 1 ORDER BY position DESC LIMIT 1"
        )
        return _reading(rows[0]) if rows else None

    def read(self, reading: Reading) -> None:
        """Write down what was read, in place of what was read before of the same period."""
        names = Reading.__dataclass_fields__
        marks = ", ".join("?" * len(names))
        with self._file.unit() as db:
            db.execute("DELETE FROM terminal_readings WHERE closed = 0")
            db.execute(
                f"INSERT INTO terminal_readings ({', '.join(names)}) VALUES ({marks})",
                [getattr(reading, name) for name in names],
            )

    # --- reports -------------------------------------------------------------------------------
    def first_day(self, today: str) -> str:
        """The day on which this book was opened first."""
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO day_reports SELECT ?, '', ''"
                " WHERE NOT EXISTS (SELECT 1 FROM day_reports)",
                (today,),
            )
        return self._one("SELECT min(day) FROM day_reports")

    def reported(self, day: str) -> tuple[str, bool]:
        """Digest of the report of `day` written last, and whether it still waits for the server."""
        rows = self._file.read(
            "SELECT digest, EXISTS (SELECT 1 FROM outgoing WHERE id = news AND refused = '')"
            " AS waits FROM day_reports WHERE day = ?",
            (day,),
        )
        return (rows[0]["digest"], bool(rows[0]["waits"])) if rows else ("", False)

    def report_written(self, day: str, digest: str, news: str) -> None:
        """This report is among the outgoing."""
        with self._file.unit() as db:
            db.execute("INSERT OR REPLACE INTO day_reports VALUES (?, ?, ?)", (day, digest, news))

    def refused_news(self) -> int:
        """News that the server would not take, reports of days apart."""
        return self._one(
            "SELECT count(*) FROM outgoing WHERE refused != '' AND path != '/api/v1/day-reports'"
        )

    def mark(self) -> tuple[Any, ...]:
        """Another one whenever some report may have changed."""
        (row,) = self._file.read(
            "SELECT (SELECT count(*) FROM order_steps), (SELECT count(*) FROM cash_credits),"
            " (SELECT total(paid) FROM cash_payouts), (SELECT total(amount) FROM claims),"
            " (SELECT count(*) FROM claims), (SELECT max(at) FROM terminal_readings),"
            " (SELECT total(accepted) FROM cash_tallies),"
            " (SELECT count(*) FROM outgoing WHERE refused != ''),"
            " (SELECT count(*) FROM acceptor_mornings)"
        )
        return tuple(row)

    def _one(self, query: str) -> Any:
        return self._file.read(query)[0][0]


def _parts(steps: Sequence[Row]) -> list[list[Row]]:
    """The steps of each try."""
    parts: list[list[Row]] = []
    for step in steps:
        if step["to_state"] == OrderState.PAYING:
            parts.append([])
        if parts:
            parts[-1].append(step)
    return parts


def _try(application: str, row: Row, steps: Sequence[Row]) -> Try:
    going_back = [step["at"] for step in steps if step["to_state"] == OrderState.RETURNING]
    return Try(
        row["payment"],
        application,
        row["means"],
        row["begun_at"],
        row["amount"],
        tuple(OrderState(step["to_state"]) for step in steps),
        going_back[-1] if going_back else "",
        row["evidence"],
    )


def _reading(row: Row) -> Reading:
    values = {name: row[name] for name in Reading.__dataclass_fields__}
    return Reading(**{**values, "closed": bool(row["closed"]), "closing": bool(row["closing"])})

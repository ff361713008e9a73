"""The journal's book of orders: what was paid, how far it came, and what must still be settled."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kiosk.journal.effects import now
from kiosk.journal.file import JournalFile
from kiosk.order import TRANSITIONS, UNSETTLED, Means, OrderState

SCHEMA = """
CREATE TABLE order_numbers (
    counter     INTEGER PRIMARY KEY AUTOINCREMENT,
    application TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE order_transitions (
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    PRIMARY KEY (from_state, to_state)
) STRICT;
CREATE TABLE orders (
    application TEXT PRIMARY KEY REFERENCES order_numbers (application),
    session     TEXT NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),    -- céntimos
    state       TEXT NOT NULL,
    payment     TEXT REFERENCES order_payments (payment),    -- the newest try to pay
    evidence    TEXT              -- what was proven of it; no card number, no name
) STRICT;
CREATE INDEX orders_state ON orders (state);
CREATE TABLE order_payments (
    payment     TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES orders (application),
    means       TEXT NOT NULL CHECK (means IN ('card', 'cash', 'wallet')),
    begun_at    TEXT NOT NULL
) STRICT;
CREATE TABLE order_steps (
    application TEXT NOT NULL REFERENCES orders (application),
    position    INTEGER NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    at          TEXT NOT NULL,
    PRIMARY KEY (application, position),
    FOREIGN KEY (from_state, to_state) REFERENCES order_transitions (from_state, to_state)
) STRICT;
"""
CLAIM_DEADLINE_S = 60.0
_ENTRY = "SELECT orders.*, means FROM orders LEFT JOIN order_payments USING (payment)"


class IllegalStep(RuntimeError):
    """An order cannot go from its state to this one; nothing was written."""


@dataclass(frozen=True)
class OrderEntry:
    """One order as the book holds it.

    `payment` and `means` are of the newest try to pay, `evidence` is what was proven of it; None
    before.
    """

    application: UUID
    amount_centimos: int
    state: OrderState
    payment: UUID | None
    evidence: Mapping[str, Any] | None
    means: Means | None = None


class OrderBook:
    """Orders; each call is one durable unit, or part of the one around it.

    Whoever works on an order claims it first, so that the recovery never asks about a payment
    that is just being made.
    """

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._claims: dict[UUID, threading.Lock] = {}
        self._fill_transitions()

    def _fill_transitions(self) -> None:
        """The table that refuses illegal steps is the one of the code, no more and no less."""
        there = {tuple(row) for row in self._file.read("SELECT * FROM order_transitions")}
        wanted = {(before, str(after)) for before, after in TRANSITIONS}
        if there == wanted:
            return
        with self._file.unit() as db:
            db.executemany("INSERT INTO order_transitions VALUES (?, ?)", sorted(wanted - there))

    def counter(self, application: UUID) -> int:
        """This application's number at this kiosk: the same on every call, never given twice."""
        find = "SELECT counter FROM order_numbers WHERE application = ?"
        with self._file.unit() as db:
            row = db.execute(find, (str(application),)).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO order_numbers (application) VALUES (?)", (str(application),)
                )
                row = db.execute(find, (str(application),)).fetchone()
        return row[0]

    def count_on_from(self, counter: int, application: UUID) -> int:
        """A new number for `application`, above `counter`: the server has seen that one.

        A journal that was lost with its disk does not know which numbers it gave.
        """
        with self._file.unit() as db:
            last = db.execute("SELECT coalesce(max(counter), 0) FROM order_numbers").fetchone()[0]
            db.execute(
                "UPDATE order_numbers SET counter = ? WHERE application = ?",
                (max(counter, last) + 1, str(application)),
            )
        return self.counter(application)

    def register(self, application: UUID, session: UUID, amount_centimos: int) -> None:
        """The server knows the order; from here on every step is written down."""
        with self._file.unit() as db:
            if _state(db, application) is not None:
                return
            db.execute(
                "INSERT INTO orders (application, session, amount, state) VALUES (?, ?, ?, ?)",
                (str(application), str(session), amount_centimos, OrderState.REGISTERED),
            )
            _write_step(db, application, None, OrderState.REGISTERED)

    def begin(self, application: UUID, means: Means, payment: UUID) -> None:
        """A try to pay is about to begin, by `means`. Raises IllegalStep."""
        with self._file.unit() as db:
            db.execute(
                "INSERT INTO order_payments VALUES (?, ?, ?, ?)",
                (str(payment), str(application), means, now()),
            )
            _write_step(db, application, _state(db, application), OrderState.PAYING)
            db.execute(
                "UPDATE orders SET state = ?, payment = ?, evidence = NULL WHERE application = ?",
                (OrderState.PAYING, str(payment), str(application)),
            )

    def step(
        self, application: UUID, state: OrderState, evidence: Mapping[str, Any] | None = None
    ) -> None:
        """Bring an order to `state`; being there already is no error. Raises IllegalStep."""
        with self._file.unit() as db:
            before = _state(db, application)
            if before is state:
                return
            _write_step(db, application, before, state)
            proven = json.dumps(evidence) if evidence else None
            db.execute(
                "UPDATE orders SET state = ?, evidence = coalesce(?, evidence)"
                " WHERE application = ?",
                (state, proven, str(application)),
            )

    def entry(self, application: UUID) -> OrderEntry | None:
        """One order, None when it was never registered."""
        rows = self._file.read(f"{_ENTRY} WHERE orders.application = ?", (str(application),))
        return _entry(rows[0]) if rows else None

    def of_payment(self, payment: UUID) -> OrderEntry | None:
        """The order that `payment` was a try to pay, None when this kiosk never began it."""
        rows = self._file.read(
            f"{_ENTRY} WHERE orders.application ="
            " (SELECT application FROM order_payments WHERE payment = ?)",
            (str(payment),),
        )
        return _entry(rows[0]) if rows else None

    def begun_at(self, payment: UUID) -> datetime | None:
        """When `payment` was begun (UTC), None when this kiosk never began it."""
        rows = self._file.read(
            "SELECT begun_at FROM order_payments WHERE payment = ?", (str(payment),)
        )
        return datetime.fromisoformat(rows[0][0]) if rows else None

    def cash_payments(self, since: str) -> list[UUID]:
        """The tries to pay with cash since that instant (ISO 8601, UTC), oldest first."""
        rows = self._file.read(
            "SELECT payment FROM order_payments WHERE means = 'cash' AND begun_at >= ?"
            " ORDER BY begun_at",
            (since,),
        )
        return [UUID(row[0]) for row in rows]

    def unsettled(self) -> list[OrderEntry]:
        """Orders whose payment is under way, in doubt, going back, or not yet the server's."""
        marks = ", ".join("?" * len(UNSETTLED))
        rows = self._file.read(f"{_ENTRY} WHERE state IN ({marks})", UNSETTLED)
        return [_entry(row) for row in rows]

    def leave(self, session: UUID | None) -> None:
        """The person of `session` left (None: everybody): what was never charged is abandoned."""
        who = str(session) if session else None
        uncharged = (OrderState.REGISTERED, OrderState.DECLINED)
        with self._file.unit() as db:
            rows = db.execute(
                "SELECT application, state FROM orders"
                " WHERE session = coalesce(?, session) AND state IN (?, ?)",
                (who, *uncharged),
            ).fetchall()
            for application, state in rows:
                _write_step(db, UUID(application), OrderState(state), OrderState.ABANDONED)
                db.execute(
                    "UPDATE orders SET state = ? WHERE application = ?",
                    (OrderState.ABANDONED, application),
                )

    @contextmanager
    def claim(self, application: UUID, *, wait: bool) -> Iterator[bool]:
        """Work on an order alone. Without `wait`, False when somebody else does.

        With it TimeoutError after CLAIM_DEADLINE_S.
        """
        with self._lock:
            claim = self._claims.setdefault(application, threading.Lock())
        mine = claim.acquire(timeout=CLAIM_DEADLINE_S) if wait else claim.acquire(blocking=False)
        if wait and not mine:
            raise TimeoutError(f"order {application}: somebody has worked on it for too long")
        try:
            yield mine
        finally:
            if mine:
                claim.release()


def _state(db: sqlite3.Connection, application: UUID) -> OrderState | None:
    row = db.execute(
        "SELECT state FROM orders WHERE application = ?", (str(application),)
    ).fetchone()
    return OrderState(row[0]) if row else None


def _write_step(
    db: sqlite3.Connection, application: UUID, before: OrderState | None, state: OrderState
) -> None:
    try:
        db.execute(
            "INSERT INTO order_steps SELECT ?, count(*) + 1, ?, ?, ? FROM order_steps"
            " WHERE application = ?",
            (str(application), before or "", state, now(), str(application)),
        )
    except sqlite3.IntegrityError as error:
        raise IllegalStep(f"order {application}: {before or 'nothing'} -> {state}") from error


def _entry(row: sqlite3.Row) -> OrderEntry:
    return OrderEntry(
        application=UUID(row["application"]),
        amount_centimos=row["amount"],
        state=OrderState(row["state"]),
        payment=UUID(row["payment"]) if row["payment"] else None,
        evidence=json.loads(row["evidence"]) if row["evidence"] else None,
        means=Means(row["means"]) if row["means"] else None,
    )

"""The journal's book of orders: what was paid, how far it came, and what must still be settled."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kiosk.order import TRANSITIONS, UNSETTLED, OrderState

SCHEMA = """
CREATE TABLE IF NOT EXISTS order_numbers (
    counter     INTEGER PRIMARY KEY AUTOINCREMENT,
    application TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS order_transitions (
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    PRIMARY KEY (from_state, to_state)
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    application TEXT PRIMARY KEY REFERENCES order_numbers (application),
    session     TEXT NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),    -- céntimos
    state       TEXT NOT NULL,
    payment     TEXT,             -- the id of the newest try to pay
    evidence    TEXT              -- what the terminal proved; no card number, no name
) STRICT;
CREATE TABLE IF NOT EXISTS order_steps (
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


class IllegalStep(RuntimeError):
    """An order cannot go from its state to this one; nothing was written."""


@dataclass(frozen=True)
class OrderEntry:
    """One order as the book holds it. `evidence`: what the terminal proved, None before."""

    application: UUID
    amount_centimos: int
    state: OrderState
    payment: UUID | None
    evidence: Mapping[str, Any] | None


class OrderBook:
    """Orders in the journal's own database; each step is one durable transaction.

    Whoever works on an order claims it first, so that the recovery never asks about a payment
    that is just being made.
    """

    def __init__(self, db: sqlite3.Connection, lock: threading.Lock) -> None:
        self._db = db
        self._lock = lock
        self._claims: dict[UUID, threading.Lock] = {}
        db.executescript(SCHEMA)
        db.executemany("INSERT OR IGNORE INTO order_transitions VALUES (?, ?)", TRANSITIONS)

    def counter(self, application: UUID) -> int:
        """This application's number at this kiosk: the same on every call, never given twice."""
        find = "SELECT counter FROM order_numbers WHERE application = ?"
        with self._lock, self._transaction():
            row = self._db.execute(find, (str(application),)).fetchone()
            if row is None:
                self._db.execute(
                    "INSERT INTO order_numbers (application) VALUES (?)", (str(application),)
                )
                row = self._db.execute(find, (str(application),)).fetchone()
        return row[0]

    def register(self, application: UUID, session: UUID, amount_centimos: int) -> None:
        """The server knows the order; from here on every step is written down."""
        with self._lock, self._transaction():
            if self._state(application) is not None:
                return
            self._db.execute(
                "INSERT INTO orders (application, session, amount, state) VALUES (?, ?, ?, ?)",
                (str(application), str(session), amount_centimos, OrderState.REGISTERED),
            )
            self._write_step(application, None, OrderState.REGISTERED)

    def step(
        self,
        application: UUID,
        state: OrderState,
        payment: UUID | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> None:
        """Bring an order to `state`; being there already is no error. Raises IllegalStep."""
        with self._lock, self._transaction():
            before = self._state(application)
            if before is state:
                return
            self._write_step(application, before, state)
            self._db.execute(
                "UPDATE orders SET state = ?, payment = coalesce(?, payment),"
                " evidence = coalesce(?, evidence) WHERE application = ?",
                (
                    state,
                    str(payment) if payment else None,
                    json.dumps(evidence) if evidence else None,
                    str(application),
                ),
            )

    def entry(self, application: UUID) -> OrderEntry | None:
        """One order, None when it was never registered."""
        with self._lock:
            row = self._db.execute(
                "SELECT * FROM orders WHERE application = ?", (str(application),)
            ).fetchone()
        return _entry(row) if row else None

    def unsettled(self) -> list[OrderEntry]:
        """Orders whose payment is under way, in doubt, or not yet the server's."""
        marks = ", ".join("?" * len(UNSETTLED))
        with self._lock:
            rows = self._db.execute(
                f"SELECT * FROM orders WHERE state IN ({marks})", UNSETTLED
            ).fetchall()
        return [_entry(row) for row in rows]

    def leave(self, session: UUID | None) -> None:
        """The person of `session` left (None: everybody): what was never charged is abandoned.

        Called under the journal's lock.
        """
        who = str(session) if session else None
        with self._transaction():
            rows = self._db.execute(
                "SELECT application, state FROM orders"
                " WHERE session = coalesce(?, session) AND state IN (?, ?)",
                (who, OrderState.REGISTERED, OrderState.DECLINED),
            ).fetchall()
            for application, state in rows:
                self._write_step(UUID(application), OrderState(state), OrderState.ABANDONED)
                self._db.execute(
                    "UPDATE orders SET state = ? WHERE application = ?",
                    (OrderState.ABANDONED, application),
                )

    @contextmanager
    def claim(self, application: UUID, *, wait: bool) -> Iterator[bool]:
        """Work on an order alone. Without `wait`, False when somebody else does."""
        with self._lock:
            claim = self._claims.setdefault(application, threading.Lock())
        mine = claim.acquire(timeout=CLAIM_DEADLINE_S) if wait else claim.acquire(blocking=False)
        try:
            yield mine
        finally:
            if mine:
                claim.release()

    def _state(self, application: UUID) -> OrderState | None:
        row = self._db.execute(
            "SELECT state FROM orders WHERE application = ?", (str(application),)
        ).fetchone()
        return OrderState(row[0]) if row else None

    def _write_step(self, application: UUID, before: OrderState | None, state: OrderState) -> None:
        try:
            self._db.execute(
                "INSERT INTO order_steps SELECT ?, count(*) + 1, ?, ?, ? FROM order_steps"
                " WHERE application = ?",
                (
                    str(application),
                    before or "",
                    state,
                    datetime.now(UTC).isoformat(),
                    str(application),
                ),
            )
        except sqlite3.IntegrityError as error:
            raise IllegalStep(f"order {application}: {before or 'nothing'} -> {state}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _entry(row: sqlite3.Row) -> OrderEntry:
    return OrderEntry(
        application=UUID(row["application"]),
        amount_centimos=row["amount"],
        state=OrderState(row["state"]),
        payment=UUID(row["payment"]) if row["payment"] else None,
        evidence=json.loads(row["evidence"]) if row["evidence"] else None,
    )

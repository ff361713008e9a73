"""The authoritative record: every charge, payment and refund, and every question about them."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from queue_server.payments.sandbox.emvco import payload_of

_SCHEMA = Path(__file__).with_name("schema.sql")
_FORM = 1  # of the file; another one is refused
Row = dict[str, Any]


class AnotherContent(Exception):
    """The id belongs to another charge, amount or reference."""


class NotPayable(Exception):
    """The charge is not waiting for a payment; the word is how it stands."""


class Ledger:
    """SQLite with `synchronous = FULL`. Safe from any thread: one transaction at a time.

    `now` tells aware instants. Raises OSError for a file of another form.
    """

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=5)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        form = self._db.execute("PRAGMA user_version").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and form != _FORM:
            self._db.close()
            raise OSError(f"{file} was made by another version; delete it")
        self._db.executescript(f"{_SCHEMA.read_text('utf-8')}PRAGMA user_version = {_FORM};")

    def close(self) -> None:
        """Close the file; the ledger is of no use afterwards."""
        with self._lock:
            self._db.close()

    # --- what a caller asks for ---------------------------------------------------------------
    def open(self, id: UUID, amount_centimos: int, reference: str, valid_s: int) -> Row:
        """The charge of this id, made if there is none. Raises AnotherContent."""
        asked = (amount_centimos, reference, valid_s)
        with self._transaction():
            known = self._charge(id)
            if known is None:
                code = payload_of(id, amount_centimos, reference)
                at, until = self._now(), self._now() + timedelta(seconds=valid_s)
                self._write(
                    "INSERT INTO charges (id, amount_centimos, reference, valid_s, payload, state,"
                    " opened_at, expires_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
                    str(id), *asked, code, at.isoformat(), until.isoformat(),
                )  # fmt: skip
            elif (known["amount_centimos"], known["reference"], known["valid_s"]) != asked:
                raise AnotherContent(str(id))
            return self._shown(id)

    def charge(self, id: UUID) -> Row | None:
        """A charge as it stands now, with its payment."""
        with self._transaction():
            return None if self._charge(id) is None else self._shown(id)

    def cancel(self, id: UUID, by: str = "caller") -> Row | None:
        """Let nobody pay it any more, if it still waits; the charge as it then stands."""
        with self._transaction():
            if self._charge(id) is None:
                return None
            self._end("canceled", by, "id = ?", str(id))
            return self._shown(id)

    def refund(self, charge: UUID, id: UUID, refusal: str = "") -> Row | None:
        """Give a charge's money back; the same id gets the same answer. `refusal`: why not.

        Raises AnotherContent for an id that was used for another charge.
        """
        with self._transaction():
            if self._charge(charge) is None:
                return None
            known = self._one("SELECT * FROM refunds WHERE id = ?", str(id))
            if known is None:
                reason = refusal or self._not_refundable(charge)
                self._write(
                    "INSERT INTO refunds (id, charge, state, reference, reason, at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    str(id), str(charge), "refused" if reason else "refunded",
                    None if reason else f"DEV-{uuid4().hex[:16].upper()}", reason,
                    self._now().isoformat(),
                )  # fmt: skip
                known = self._one("SELECT * FROM refunds WHERE id = ?", str(id))
            elif known["charge"] != str(charge):
                raise AnotherContent(str(id))
            return known

    # --- what a payer does --------------------------------------------------------------------
    def pay(self, id: UUID, amount_centimos: int | None = None) -> None:
        """Somebody pays, another amount if one is given. Raises LookupError, NotPayable."""
        with self._transaction():
            charge = self._charge(id)
            if charge is None:
                raise LookupError(str(id))
            paid = self._end("paid", "payer", "id = ?", str(id))
            if paid:
                self._write(
                    "INSERT INTO payments (charge, reference, amount_centimos, paid_at)"
                    " VALUES (?, ?, ?, ?)",
                    str(id), f"BIL-{uuid4().hex[:20].upper()}",
                    amount_centimos or charge["amount_centimos"], self._now().isoformat(),
                )  # fmt: skip
            self._note("pay", str(id), "paid" if paid else f"refused_{charge['state']}", "")
        if not paid:
            raise NotPayable(charge["state"])

    def expire(self, id: UUID) -> None:
        """As if its time were over."""
        with self._transaction():
            self._end("expired", "time", "id = ?", str(id))

    # --- what is told about it ----------------------------------------------------------------
    def note(self, operation: str, charge: str, answer: str, fault: str) -> None:
        """Write down that a question was answered, and what befell the reply."""
        with self._transaction():
            self._note(operation, charge, answer, fault)

    def report(self) -> Row:
        """Everything, ready for JSON: charges by id with payments and refunds, and the calls."""
        with self._transaction():
            charges = {row["id"]: row for row in self._all("SELECT * FROM charges ORDER BY serial")}
            for row in charges.values():
                row["payments"], row["refunds"] = [], []
            for kind in ("payments", "refunds"):
                for row in self._all(f"SELECT * FROM {kind} ORDER BY serial"):
                    charges[row["charge"]][kind].append(row)
            return {"charges": charges, "calls": self._all("SELECT * FROM calls ORDER BY serial")}

    def waiting(self, limit: int) -> list[Row]:
        """Charges that can be paid now, newest first."""
        return self._listed("state = 'waiting'", limit)

    def ended(self, limit: int) -> list[Row]:
        """Charges that came to an end, newest first, with payment and refund."""
        return self._listed("state <> 'waiting'", limit)

    def _listed(self, which: str, limit: int) -> list[Row]:
        with self._transaction():
            ids = f"SELECT id FROM charges WHERE {which} ORDER BY serial DESC LIMIT ?"
            return [self._shown(UUID(row["id"])) for row in self._all(ids, limit)]

    # --- inside a transaction -----------------------------------------------------------------
    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Everything inside happens at once, or not at all. Whose time is over has expired."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._end("expired", "time", "expires_at <= ?", self._now().isoformat())
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _end(self, state: str, by: str, which: str, *values: object) -> bool:
        ended = f"UPDATE charges SET state = ?, ended_by = ? WHERE state = 'waiting' AND {which}"
        return self._write(ended, state, by, *values) > 0

    def _not_refundable(self, charge: UUID) -> str:
        if self._one("SELECT 1 FROM payments WHERE charge = ?", str(charge)) is None:
            return "not_paid"
        done = "SELECT 1 FROM refunds WHERE charge = ? AND state = 'refunded'"
        return "already_refunded" if self._one(done, str(charge)) else ""

    def _charge(self, id: UUID) -> Row | None:
        return self._one("SELECT * FROM charges WHERE id = ?", str(id))

    def _shown(self, id: UUID) -> Row:
        charge = self._charge(id)
        assert charge is not None
        payment = self._one("SELECT * FROM payments WHERE charge = ?", str(id))
        refund = self._one("SELECT * FROM refunds WHERE charge = ? ORDER BY state", str(id))
        return {**charge, "payment": payment, "refund": refund}

    def _note(self, operation: str, charge: str, answer: str, fault: str) -> None:
        self._write(
            "INSERT INTO calls (operation, charge, answer, fault, at) VALUES (?, ?, ?, ?, ?)",
            operation, charge, answer, fault, self._now().isoformat(),
        )  # fmt: skip

    def _one(self, query: str, *values: object) -> Row | None:
        row = self._db.execute(query, values).fetchone()
        return None if row is None else dict(row)

    def _all(self, query: str, *values: object) -> list[Row]:
        return [dict(row) for row in self._db.execute(query, values)]

    def _write(self, statement: str, *values: object) -> int:
        return self._db.execute(statement, values).rowcount

"""The authoritative record: every request, every certificate, how often each was asked for."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY,                  -- idSolicitud: the idempotency key
    content TEXT NOT NULL,                -- canonical JSON of applicant and payment
    document_type TEXT NOT NULL,
    document_number TEXT NOT NULL,
    means TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('EMITIDO', 'EN_REVISION', 'RECHAZADO')),
    code TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1 CHECK (asked > 0)
) STRICT;
-- One payment pays for one certificate; what was refused gives its payment back.
CREATE UNIQUE INDEX IF NOT EXISTS one_payment_one_request
    ON requests (means, reference) WHERE state <> 'RECHAZADO';
CREATE TABLE IF NOT EXISTS certificates (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,
    request TEXT REFERENCES requests (id), -- NULL: held before the sandbox started
    document_type TEXT NOT NULL,
    document_number TEXT NOT NULL,
    verification_code TEXT NOT NULL UNIQUE,
    issued_on TEXT NOT NULL,
    until TEXT NOT NULL,
    forgetful INTEGER NOT NULL DEFAULT 0, -- issued while the fault forget_ids was armed
    pdf BLOB,
    fetched INTEGER NOT NULL DEFAULT 0
) STRICT;
-- One request, one certificate: only the fault forget_ids may break it.
CREATE UNIQUE INDEX IF NOT EXISTS one_request_one_certificate
    ON certificates (request) WHERE forgetful = 0;
CREATE TABLE IF NOT EXISTS calls (
    operation TEXT NOT NULL, code TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (operation, code)
) STRICT;
"""


class PaymentUsed(Exception):
    """Another request that was not refused holds this payment."""


@dataclass(frozen=True)
class Request:
    """One recorded request. `code`: the application code it is answered with."""

    id: str
    content: str
    document_type: str
    document_number: str
    means: str
    reference: str
    state: str
    code: str


@dataclass(frozen=True)
class Certificate:
    """One certificate. `until`: its last day. `request` None: held before the start."""

    number: str
    request: str | None
    document_type: str
    document_number: str
    verification_code: str
    issued_on: date
    until: date


class Ledger:
    """SQLite in a file, or in memory. Safe from any thread: one transaction at a time."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            file or ":memory:", isolation_level=None, check_same_thread=False, timeout=5
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; the ledger is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens at once, or not at all."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # --- requests ---------------------------------------------------------------------------
    def request(self, id: str) -> Request | None:
        """The request with this id, if it ever arrived."""
        row = self._one("SELECT * FROM requests WHERE id = ?", id)
        return Request(**{key: row[key] for key in Request.__dataclass_fields__}) if row else None

    def ask_again(self, id: str) -> None:
        """Count one more arrival of a request."""
        self._write("UPDATE requests SET asked = asked + 1 WHERE id = ?", id)

    def record(self, request: Request) -> None:
        """Write a new request. Raises PaymentUsed."""
        try:
            self._write(
                "INSERT INTO requests (id, content, document_type, document_number, means,"
                " reference, state, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(getattr(request, key) for key in Request.__dataclass_fields__),
            )
        except sqlite3.IntegrityError as error:
            if "requests.reference" in str(error):
                raise PaymentUsed(request.reference) from error
            raise

    def decide(self, id: str, state: str, code: str) -> bool:
        """End a review; False when the request does not wait for a decision."""
        changed = self._write(
            "UPDATE requests SET state = ?, code = ? WHERE id = ? AND state = 'EN_REVISION'",
            state,
            code,
            id,
        )
        return changed == 1

    # --- certificates -----------------------------------------------------------------------
    def next_serial(self) -> int:
        """The serial the next certificate gets; meaningful inside a transaction."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'certificates'")
        return (row["seq"] if row else 0) + 1

    def issue(self, certificate: Certificate, forgetful: bool = False) -> None:
        """Write a new certificate."""
        self._write(
            "INSERT INTO certificates (number, request, document_type, document_number,"
            " verification_code, issued_on, until, forgetful) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(certificate.number, certificate.request, certificate.document_type),
            *(certificate.document_number, certificate.verification_code),
            *(certificate.issued_on.isoformat(), certificate.until.isoformat(), int(forgetful)),
        )

    def drop_held(self) -> None:
        """Forget the certificates held before the start; the register says them again."""
        self._write("DELETE FROM certificates WHERE request IS NULL")

    def certificate(self, number: str) -> Certificate | None:
        """The certificate with this number."""
        return _certificate(self._one("SELECT * FROM certificates WHERE number = ?", number))

    def verified(self, code: str) -> Certificate | None:
        """The certificate with this verification code."""
        query = "SELECT * FROM certificates WHERE verification_code = ?"
        return _certificate(self._one(query, code))

    def latest_of_request(self, id: str) -> Certificate | None:
        """The newest certificate of a request."""
        query = "SELECT * FROM certificates WHERE request = ? ORDER BY serial DESC LIMIT 1"
        return _certificate(self._one(query, id))

    def in_force(self, document_type: str, number: str, today: date) -> Certificate | None:
        """The certificate of a document that holds longest, if one holds today."""
        query = (
            "SELECT * FROM certificates WHERE document_type = ? AND document_number = ?"
            " AND until >= ? ORDER BY until DESC, serial DESC LIMIT 1"
        )
        return _certificate(self._one(query, document_type, number, today.isoformat()))

    def pdf(self, number: str) -> bytes | None:
        """The file of a certificate, once it was made; counts a fetch."""
        row = self._one("SELECT pdf FROM certificates WHERE number = ?", number)
        if row is None or row["pdf"] is None:
            return None
        self._write("UPDATE certificates SET fetched = fetched + 1 WHERE number = ?", number)
        return row["pdf"]

    def keep_pdf(self, number: str, pdf: bytes) -> None:
        """Keep the file of a certificate: every fetch gets the same bytes."""
        self._write("UPDATE certificates SET pdf = ? WHERE number = ?", pdf, number)

    # --- what tests read --------------------------------------------------------------------
    def count(self, operation: str, code: str) -> None:
        """Count one answered call."""
        self._write(
            "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            operation,
            code,
        )

    def report(self) -> dict[str, Any]:
        """Everything but the files, ready for JSON (docs/soap.md describes it)."""
        with self._lock:
            certificates = [_shown(row) for row in self._all("SELECT * FROM certificates")]
            requests = {row["id"]: dict(row) for row in self._all("SELECT * FROM requests")}
            calls = [dict(row) for row in self._all("SELECT * FROM calls")]
        for id, request in requests.items():
            request["content"] = json.loads(request["content"])
            request["certificates"] = [c["number"] for c in certificates if c["request"] == id]
        return {"requests": requests, "certificates": certificates, "calls": calls}

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            return self._db.execute(query, values).fetchone()

    def _all(self, query: str) -> list[sqlite3.Row]:
        return self._db.execute(query).fetchall()

    def _write(self, statement: str, *values: object) -> int:
        with self._lock:
            return self._db.execute(statement, values).rowcount


def _certificate(row: sqlite3.Row | None) -> Certificate | None:
    if row is None:
        return None
    values: dict[str, Any] = {key: row[key] for key in Certificate.__dataclass_fields__}
    days: dict[str, Any] = {key: date.fromisoformat(row[key]) for key in ("issued_on", "until")}
    return Certificate(**(values | days))


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {key: row[key] for key in row.keys() if key not in ("pdf", "serial")} | {  # noqa: SIM118
        "has_pdf": row["pdf"] is not None
    }

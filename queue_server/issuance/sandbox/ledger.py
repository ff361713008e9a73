"""The authoritative record: every request, every certificate, how often each was asked for."""

import hashlib
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).with_name("schema.sql")
_FORM = 2  # of the file; another one is refused


class PaymentUsed(Exception):
    """Another request that was not refused holds this payment."""


@dataclass(frozen=True)
class Request:
    """One recorded request. `code`: the application code it is answered with; `arrived`: when."""

    id: str
    content: str
    document_type: str
    document_number: str
    means: str
    reference: str
    state: str
    code: str
    arrived: str


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
    """SQLite in a file, or in memory. Safe from any thread: one transaction at a time.

    `fast` leaves it to the system when the file reaches the disk: a crash of the process loses
    nothing, one of the machine may. Raises OSError for a file of another form.
    """

    def __init__(self, file: Path | None = None, fast: bool = False) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            file or ":memory:",
            isolation_level=None,
            check_same_thread=False,
            timeout=5,
            cached_statements=256,
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'OFF' if fast else 'NORMAL'}")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._open(file)

    def _open(self, file: Path | None) -> None:
        form = self._db.execute("PRAGMA user_version").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and form != _FORM:
            self._db.close()
            raise OSError(f"{file} was made by another version; delete it, or give another --state")
        self._db.executescript(f"{_SCHEMA.read_text('utf-8')}PRAGMA user_version = {_FORM};")

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
        row = self.one("SELECT * FROM requests WHERE id = ?", id)
        return Request(**{key: row[key] for key in Request.__dataclass_fields__}) if row else None

    def ask_again(self, id: str) -> None:
        """Count one more arrival of a request."""
        self.write("UPDATE requests SET asked = asked + 1 WHERE id = ?", id)

    def record(self, request: Request) -> None:
        """Write a new request. Raises PaymentUsed."""
        try:
            self.write(
                "INSERT INTO requests (id, content, document_type, document_number, means,"
                " reference, state, code, arrived) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(getattr(request, key) for key in Request.__dataclass_fields__),
            )
        except sqlite3.IntegrityError as error:
            if "requests.reference" in str(error):
                raise PaymentUsed(request.reference) from error
            raise

    def decide(self, id: str, state: str, code: str) -> bool:
        """End a review; False when the request does not wait for a decision."""
        changed = self.write(
            "UPDATE requests SET state = ?, code = ? WHERE id = ? AND state = 'EN_REVISION'",
            state,
            code,
            id,
        )
        return changed == 1

    # --- certificates -----------------------------------------------------------------------
    def next_serial(self) -> int:
        """The serial the next certificate gets; meaningful inside a transaction."""
        row = self.one("SELECT seq FROM sqlite_sequence WHERE name = 'certificates'")
        return (row["seq"] if row else 0) + 1

    def issue(self, certificate: Certificate, forgetful: bool = False) -> None:
        """Write a new certificate."""
        self.write(
            "INSERT INTO certificates (number, request, document_type, document_number,"
            " verification_code, issued_on, until, forgetful) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(certificate.number, certificate.request, certificate.document_type),
            *(certificate.document_number, certificate.verification_code),
            *(certificate.issued_on.isoformat(), certificate.until.isoformat(), int(forgetful)),
        )

    def drop_held(self) -> None:
        """Forget the certificates held before the start; the register says them again."""
        self.write("DELETE FROM certificates WHERE request IS NULL")

    def certificate(self, number: str) -> Certificate | None:
        """The certificate with this number."""
        return _certificate(self.one("SELECT * FROM certificates WHERE number = ?", number))

    def verified(self, code: str) -> Certificate | None:
        """The certificate with this verification code."""
        query = "SELECT * FROM certificates WHERE verification_code = ?"
        return _certificate(self.one(query, code))

    def latest_of_request(self, id: str) -> Certificate | None:
        """The newest certificate of a request."""
        query = "SELECT * FROM certificates WHERE request = ? ORDER BY serial DESC LIMIT 1"
        return _certificate(self.one(query, id))

    def in_force(self, document_type: str, number: str, today: date) -> Certificate | None:
        """The certificate of a document that holds longest, if one holds today."""
        query = (
            "SELECT * FROM certificates WHERE document_type = ? AND document_number = ?"
            " AND until >= ? ORDER BY until DESC, serial DESC LIMIT 1"
        )
        return _certificate(self.one(query, document_type, number, today.isoformat()))

    def pdf(self, number: str) -> bytes | None:
        """The file of a certificate, once it was made; counts a fetch."""
        row = self.one(
            "SELECT content FROM certificates JOIN files ON digest = file WHERE number = ?", number
        )
        if row is None:
            return None
        self.write("UPDATE certificates SET fetched = fetched + 1 WHERE number = ?", number)
        return row["content"]

    def keep_pdf(self, number: str, pdf: bytes) -> None:
        """Keep the file of a certificate: every fetch gets the same bytes."""
        digest = hashlib.sha256(pdf).hexdigest()
        with self.transaction():
            self.write("INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING", digest, pdf)
            self.write("UPDATE certificates SET file = ? WHERE number = ?", digest, number)

    # --- what tests read --------------------------------------------------------------------
    def count(self, operation: str, code: str) -> None:
        """Count one answered call."""
        self.write(
            "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            operation,
            code,
        )

    def report(self, since: int = 0) -> dict[str, Any]:
        """Everything but the files, ready for JSON (docs/soap.md describes it).

        `since`: only requests that arrived after the one with this serial, and their certificates.
        """
        with self._lock:
            requests: dict[str, dict[str, Any]] = {
                row["id"]: {**dict(row), "certificates": []}
                for row in self.all("SELECT * FROM requests WHERE serial > ?", since)
            }
            certificates = [
                _shown(row)
                for row in self.all("SELECT * FROM certificates ORDER BY serial")
                if not since or row["request"] in requests
            ]
            calls = [dict(row) for row in self.all("SELECT * FROM calls")]
        for request in requests.values():
            request["content"] = json.loads(request["content"])
        for certificate in certificates:
            if certificate["request"] is not None:
                requests[certificate["request"]]["certificates"].append(certificate["number"])
        return {"requests": requests, "certificates": certificates, "calls": calls}

    def summary(self) -> dict[str, Any]:
        """Of each request state, code and number of certificates; totals; ids with several."""
        with self._lock:
            rows = self.all(
                "SELECT r.id, r.state, r.code, count(c.serial) FROM requests r"
                " LEFT JOIN certificates c ON c.request = r.id GROUP BY r.serial"
            )
            certificates = self.all("SELECT count(*) FROM certificates WHERE request IS NOT NULL")
        requests = {id: (state, code, count) for id, state, code, count in rows}
        return {
            "requests": requests,
            "totals": {
                "requests": len(requests),
                "certificates": certificates[0][0],
                "states": Counter(state for state, _, _ in requests.values()),
                "codes": Counter(code for _, code, _ in requests.values()),
            },
            "duplicates": [id for id, (_, _, count) in requests.items() if count > 1],
        }

    # --- what pages show --------------------------------------------------------------------
    def latest(self, limit: int, before: int | None = None) -> list[dict[str, Any]]:
        """At most `limit` requests, newest first, each with its newest certificate, if any."""
        return self._listed("r.serial < ?", before or 2**62, limit)

    def waiting(self, limit: int) -> list[dict[str, Any]]:
        """At most `limit` requests that wait for a person's decision, newest first."""
        return self._listed("r.state = ?", "EN_REVISION", limit)

    def _listed(self, condition: str, value: object, limit: int) -> list[dict[str, Any]]:
        rows = self.all(
            "SELECT r.*, (SELECT max(serial) FROM certificates WHERE request = r.id) AS newest,"
            " (SELECT count(*) FROM certificates WHERE request = r.id) AS certificates"
            f" FROM requests r WHERE {condition} ORDER BY r.serial DESC LIMIT ?",
            value,
            limit,
        )
        numbers = {row["newest"]: self._by_serial(row["newest"]) for row in rows if row["newest"]}
        return [dict(row) | {"certificate": numbers.get(row["newest"])} for row in rows]

    def _by_serial(self, serial: int) -> Certificate | None:
        return _certificate(self.one("SELECT * FROM certificates WHERE serial = ?", serial))

    def totals(self) -> dict[str, int]:
        """How many requests there are in each state."""
        rows = self.all("SELECT state, count(*) AS n FROM requests GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    # --- statements -------------------------------------------------------------------------
    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """The first row."""
        with self._lock:
            return self._db.execute(query, values).fetchone()

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Every row."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def write(self, statement: str, *values: object) -> int:
        """How many rows it changed."""
        with self._lock:
            return self._db.execute(statement, values).rowcount


def _certificate(row: sqlite3.Row | None) -> Certificate | None:
    if row is None:
        return None
    values: dict[str, Any] = {key: row[key] for key in Certificate.__dataclass_fields__}
    days: dict[str, Any] = {key: date.fromisoformat(row[key]) for key in ("issued_on", "until")}
    return Certificate(**(values | days))


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {key: row[key] for key in row.keys() if key not in ("file", "serial")} | {  # noqa: SIM118
        "has_pdf": row["file"] is not None
    }

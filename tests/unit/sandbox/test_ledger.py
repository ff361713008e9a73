"""The ledger with many rows: what it tells in short, and that no question reads all of them."""

import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from queue_server.issuance.sandbox.ledger import Certificate, Ledger, Request

DAY = date(2026, 11, 21)


def request(number: int, state: str = "EMITIDO", code: str = "0000") -> Request:
    """The `number`-th request, each with a payment of its own."""
    id = f"00000000-0000-4000-8000-{number:012d}"
    return Request(id, "{}", "01", "10117410", "EFECTIVO", id, state, code, "2026-11-21T10:00:00")


def certificate(number: int, of: Request) -> Certificate:
    """The `number`-th certificate."""
    until = DAY + timedelta(days=90)
    return Certificate(f"CAJ-{number:07d}", of.id, "01", "10117410", f"C{number:08d}", DAY, until)


@pytest.fixture
def ledger() -> Ledger:
    """Three requests: issued, in review, issued twice by a forgetful centre."""
    ledger = Ledger()
    for number, (state, code) in enumerate(
        [("EMITIDO", "0000"), ("EN_REVISION", "0020"), ("EMITIDO", "0000")]
    ):
        ledger.record(request(number, state, code))
    ledger.issue(certificate(0, request(0)))
    ledger.issue(certificate(1, request(2)), forgetful=True)
    ledger.issue(certificate(2, request(2)), forgetful=True)
    return ledger


def test_the_summary_counts_certificates_of_each_request(ledger: Ledger) -> None:
    summary = ledger.summary()
    assert summary["requests"][request(0).id] == ("EMITIDO", "0000", 1)
    assert summary["requests"][request(1).id] == ("EN_REVISION", "0020", 0)
    assert summary["totals"]["requests"] == 3
    assert summary["totals"]["certificates"] == 3
    assert summary["totals"]["states"] == {"EMITIDO": 2, "EN_REVISION": 1}
    assert summary["duplicates"] == [request(2).id]


def test_the_report_can_begin_after_a_serial(ledger: Ledger) -> None:
    whole, rest = ledger.report(), ledger.report(since=1)
    assert list(whole["requests"]) == [request(n).id for n in range(3)]
    assert list(rest["requests"]) == [request(1).id, request(2).id]
    assert {each["request"] for each in rest["certificates"]} == {request(2).id}
    assert rest["requests"][request(2).id]["certificates"] == ["CAJ-0000001", "CAJ-0000002"]


def test_one_file_is_kept_once_for_all_who_have_it(ledger: Ledger) -> None:
    for number in range(3):
        ledger.keep_pdf(f"CAJ-{number:07d}", b"%PDF of the pool")
    assert ledger.pdf("CAJ-0000002") == b"%PDF of the pool"
    assert len(ledger.all("SELECT * FROM files")) == 1


def test_no_question_of_a_call_reads_a_whole_table(ledger: Ledger) -> None:
    asked: list[str] = []
    ledger._db.set_trace_callback(asked.append)
    ledger.request("x")
    ledger.latest_of_request("x")
    ledger.in_force("01", "10117410", DAY)
    ledger.certificate("CAJ-0000001")
    ledger.verified("C00000001")
    ledger.pdf("CAJ-0000001")
    ledger.latest(50)
    ledger.waiting(50)
    ledger._db.set_trace_callback(None)
    assert len(asked) >= 8
    for query in asked:
        assert not scans(ledger._db, query), query


def scans(db: sqlite3.Connection, query: str) -> list[str]:
    """The steps of a query that read a table from its beginning without a limit of their own."""
    steps = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    return [step for step in steps if re.match("SCAN (?!r( |$))", step)]


@pytest.mark.negative_control
def test_a_question_without_an_index_is_noticed(ledger: Ledger) -> None:
    ledger.write("DROP INDEX certificates_of_a_document")
    query = "SELECT * FROM certificates WHERE document_number = '10117410'"
    assert scans(ledger._db, query)


def test_a_file_of_another_form_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    Ledger(file).close()
    Ledger(file).close()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(OSError, match="delete it"):
        Ledger(file)

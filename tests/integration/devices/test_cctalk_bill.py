"""A bill validator end to end: driver, pseudo-terminal, simulated validator, book."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk_bill.simulator import BillSimulator
from devices.driver import NotRun
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInRollback,
    CashInStart,
    CashResult,
    Credit,
    Credited,
    EventsLost,
    KeepNote,
    NoteHeld,
    NoteReturned,
    Reconciled,
    Rejected,
    ReturnNote,
    Tally,
)
from devices.kinds.self_test import SelfTest
from devices.status import Action, Completion, DeviceState
from tests.support.cash_bench import WAIT_S, CashBench, hurry
from tests.support.credit_book import Book

SERIAL = "bill-12345678"


class FailingBook(Book):
    """A book that refuses to be written while `broken`, before or after it wrote."""

    broken = ""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        if self.broken == "before":
            raise OSError("disk full")
        super().commit(serial, tally, credits)
        if self.broken == "after" or (self.broken == "after credit" and credits):
            raise OSError("disk went away")


@pytest.fixture
def bench(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[CashBench]:
    hurry(monkeypatch)
    made = CashBench("cctalk-bill", tmp_path, recorder, FailingBook(tmp_path / "failing.db"))
    yield made
    made.close()


@pytest.fixture
def open_bench(bench: CashBench) -> CashBench:
    bench.start()
    bench.done(CashInStart("S1", (2000, 5000)))
    return bench


def hold(bench: CashBench, soles: int = 20) -> NoteHeld:
    """Offer a note until it is drawn in, and wait for the report."""
    until = time.monotonic() + WAIT_S
    while not bench.obey(f"insert note {soles}")["taken"]:
        assert time.monotonic() < until, "it takes no notes"
        time.sleep(0.01)
    return bench.heard(NoteHeld)


def test_a_note_is_held_kept_and_credited_once(open_bench: CashBench) -> None:
    assert hold(open_bench) == NoteHeld("S1", 2000, "PE0020A")
    assert open_bench.credited() == []
    result = open_bench.do(KeepNote("S1"))
    assert (result.outcome, result.completion) == ("done", Completion.SUCCESS)
    assert result.credited_centimos == 2000
    credit = Credit(SERIAL, 2, 2000, "PE0020A", "S1")
    assert open_bench.heard(Credited) == Credited(credit)
    assert open_bench.book.credits() == [credit]
    ended = open_bench.done(CashInEnd("S1"))
    assert (ended.outcome, ended.credited_centimos) == ("done", 2000)
    assert open_bench.book.tally(SERIAL) == Tally(2, 1)
    assert open_bench.obey("state")["enabled"] is False


def test_a_note_that_is_not_wanted_goes_back(open_bench: CashBench) -> None:
    hold(open_bench, 50)
    result = open_bench.do(ReturnNote("S1"))
    assert (result.outcome, result.returned_centimos) == ("done", 5000)
    assert open_bench.heard(NoteReturned) == NoteReturned("S1")
    assert open_bench.credited() == []
    hold(open_bench, 50)
    result = open_bench.done(CashInRollback("S1"))
    assert (result.outcome, result.credited_centimos, result.returned_centimos) == ("done", 0, 5000)


def test_only_the_denominations_asked_for_are_drawn_in(open_bench: CashBench) -> None:
    assert not open_bench.obey("insert note 10")["taken"]
    assert open_bench.heard(Rejected) == Rejected("S1", "not accepted now")
    open_bench.done(CashInStart("S1"))
    hold(open_bench, 10)


def test_a_note_that_arrives_after_the_end_goes_back(open_bench: CashBench) -> None:
    open_bench.obey("pace 300")
    assert open_bench.obey("insert note 20")["taken"]
    open_bench.done(CashInEnd("S1"))
    open_bench.heard(NoteReturned)
    assert open_bench.credited() == open_bench.stacked() == []


def test_a_note_nobody_decides_about_goes_back(bench: CashBench) -> None:
    bench.start(escrow_s=0.2)
    bench.done(CashInStart("S1"))
    hold(bench)
    bench.heard(NoteReturned)
    late = bench.do(KeepNote("S1"))
    assert (late.outcome, late.completion) == ("not_done", Completion.SEQUENCE_ERROR)
    assert bench.stacked() == []


def test_escrow_is_extended_while_the_caller_thinks(
    open_bench: CashBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.cctalk_bill.driver.EXTEND_EVERY_S", 0.05)
    open_bench.obey("escrow timeout 600")
    hold(open_bench)
    simulator = open_bench.simulator
    assert isinstance(simulator, BillSimulator)
    until = time.monotonic() + WAIT_S
    while simulator.seen.count(154) < 14:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert open_bench.do(KeepNote("S1")).outcome == "done"


@pytest.mark.parametrize(
    ("command", "completion"),
    [
        (KeepNote("S1"), Completion.SEQUENCE_ERROR),
        (ReturnNote("S1"), Completion.SEQUENCE_ERROR),
        (CashInStart("S2"), Completion.SEQUENCE_ERROR),
        (CashInEnd("S2"), Completion.SEQUENCE_ERROR),
        (CashInEnd(""), Completion.SEQUENCE_ERROR),
        (CashInStart(""), Completion.INVALID_DATA),
        (CashInStart("S" * 65), Completion.INVALID_DATA),
        (CashInStart("S1", (37,)), Completion.INVALID_DATA),
    ],
    ids=str,
)
def test_a_command_out_of_place_changes_nothing(
    open_bench: CashBench, command: object, completion: Completion
) -> None:
    result = open_bench.do(command)
    assert (result.outcome, result.completion) == ("not_done", completion)
    assert result.reason
    hold(open_bench)
    assert open_bench.do(KeepNote("S2")).outcome == "not_done"
    assert open_bench.do(KeepNote("S1")).outcome == "done"


def test_other_commands_are_not_run(open_bench: CashBench) -> None:
    assert isinstance(open_bench.do("sing"), NotRun)


def test_a_note_in_escrow_when_power_goes_is_returned_and_the_session_goes_on(
    open_bench: CashBench,
) -> None:
    hold(open_bench)
    open_bench.obey("power cycle")
    open_bench.heard(NoteReturned)
    assert open_bench.credited() == open_bench.stacked() == []
    hold(open_bench)
    assert open_bench.do(KeepNote("S1")).outcome == "done"
    assert open_bench.credited() == open_bench.stacked() == [2000]


def lose_an_event(bench: CashBench) -> CashResult:
    """Let power go while a note is on its way into the stacker: counted, never told."""
    hold(bench)
    bench.obey("pace 400")
    assert bench.supervisor is not None
    keeping = bench.supervisor.submit(KeepNote("S1"), WAIT_S)
    until = time.monotonic() + WAIT_S
    while (bench.obey("state")["note"] or {}).get("place") != "stacking":
        assert time.monotonic() < until
    bench.obey("power cycle")
    result = keeping.result(WAIT_S)
    assert isinstance(result, CashResult)
    return result


def test_a_note_stacked_before_a_reset_is_missed_by_the_count_until_staff_settle_it(
    open_bench: CashBench,
) -> None:
    assert lose_an_event(open_bench).outcome == "unknown"
    lost = open_bench.heard(EventsLost)
    assert (lost.serial, lost.missing) == (SERIAL, 1)
    status = open_bench.is_now(DeviceState.OFFLINE)
    assert status.action is Action.MAINTENANCE
    assert "1 more than the book" in status.detail
    refused = open_bench.do(CashInStart("S1"))
    assert (refused.outcome, refused.completion) == ("not_done", Completion.DEVICE_NOT_READY)
    open_bench.stop()
    open_bench.start()
    assert open_bench.heard(EventsLost).missing == 1
    open_bench.done(Reconciled())
    open_bench.is_now(DeviceState.ONLINE)
    assert open_bench.credited() == []
    open_bench.done(CashInStart("S2"))
    hold(open_bench)


def test_without_a_lasting_count_a_vanished_note_is_never_called_returned(
    bench: CashBench,
) -> None:
    bench.start(accept_counter=False)
    bench.done(CashInStart("S1"))
    assert lose_an_event(bench).outcome == "unknown"
    assert bench.heard(EventsLost).missing is None
    assert bench.stacked() == [2000]


def test_a_note_of_unknown_value_is_for_staff(open_bench: CashBench) -> None:
    open_bench.obey("unknown on")
    assert lose_an_event(open_bench).outcome == "unknown"
    assert open_bench.heard(EventsLost).missing == 1


def test_events_that_were_overwritten_put_it_out_of_service(open_bench: CashBench) -> None:
    open_bench.stop()
    for _ in range(6):
        open_bench.obey("fraud tamper")
    open_bench.start()
    lost = open_bench.heard(EventsLost)
    assert (lost.reason, lost.missing) == ("1 events were overwritten before they were read", 0)


def test_another_count_than_the_books_is_noticed_at_the_start(open_bench: CashBench) -> None:
    open_bench.stop()
    open_bench.simulator.memory.put(accepted=3)
    open_bench.start()
    assert open_bench.heard(EventsLost).missing == 3
    open_bench.done(Reconciled())
    open_bench.stop()
    open_bench.simulator.memory.put(accepted=1)
    open_bench.start()
    lost = open_bench.heard(EventsLost)
    assert (lost.missing, lost.reason) == (-2, "the device's accept counter is 2 behind the book")


def test_money_of_a_dead_kiosk_is_found_at_the_next_start(open_bench: CashBench) -> None:
    hold(open_bench)
    open_bench.obey("pace 150")
    assert open_bench.supervisor is not None
    open_bench.supervisor.submit(KeepNote("S1"), 0.05)
    until = time.monotonic() + WAIT_S
    while (open_bench.obey("state")["note"] or {}).get("place") != "stacking":
        assert time.monotonic() < until
    open_bench.supervisor.stop()
    while open_bench.obey("state")["note"] is not None:
        assert time.monotonic() < until
    open_bench.supervisor = None
    open_bench.start()
    assert open_bench.done(CashInStart("S1")).credited_centimos == 2000
    assert [credit.session for credit in open_bench.book.credits()] == ["S1"]


def test_a_book_that_cannot_be_written_sends_the_note_back(open_bench: CashBench) -> None:
    book = open_bench.book
    assert isinstance(book, FailingBook)
    book.broken = "before"
    assert open_bench.obey("insert note 20")["taken"]
    status = open_bench.is_now(DeviceState.HARDWARE_ERROR)
    assert status.action is Action.MAINTENANCE
    assert "credit book cannot be written" in status.detail
    until = time.monotonic() + WAIT_S
    while open_bench.obey("state")["note"] is not None:
        assert time.monotonic() < until
    assert open_bench.obey("state")["enabled"] is False
    book.broken = ""
    open_bench.is_now(DeviceState.ONLINE)
    assert open_bench.stacked() == []
    hold(open_bench)


@pytest.mark.parametrize(("moment", "outcome"), [("before", "unknown"), ("after credit", "done")])
def test_a_credit_the_book_failed_to_take_is_made_good_once(
    open_bench: CashBench, moment: str, outcome: str
) -> None:
    book = open_bench.book
    assert isinstance(book, FailingBook)
    hold(open_bench)
    book.broken = moment
    result = open_bench.do(KeepNote("S1"), WAIT_S if outcome == "done" else 1.0)
    assert result.outcome == outcome
    book.broken = ""
    assert open_bench.heard(Credited).credit.amount_centimos == 2000
    open_bench.is_now(DeviceState.ONLINE)
    assert open_bench.credited() == open_bench.stacked() == [2000]
    assert open_bench.done(CashInEnd("S1")).credited_centimos == 2000


@pytest.mark.parametrize(
    ("line", "state", "word", "undo"),
    [
        ("stacker full", DeviceState.OFFLINE, "full", "stacker ok"),
        ("stacker removed", DeviceState.OFFLINE, "missing", "stacker inserted"),
        ("stacker jammed", DeviceState.HARDWARE_ERROR, "jammed", "stacker ok"),
        ("fraud string", DeviceState.FRAUD_ATTEMPT, "ok", "fraud string"),
        ("fraud tamper", DeviceState.FRAUD_ATTEMPT, "ok", "fraud tamper"),
    ],
)
def test_trouble_is_told_stops_taking_and_ends(
    open_bench: CashBench, line: str, state: DeviceState, word: str, undo: str
) -> None:
    hold(open_bench)
    open_bench.obey(line)
    status = open_bench.is_now(state)
    assert status.parts["bins"] == word
    assert status.action is not None
    assert status.detail
    open_bench.heard(NoteReturned)
    if state is not DeviceState.FRAUD_ATTEMPT:
        assert not open_bench.obey("insert note 20")["taken"]
        open_bench.obey(undo)
    open_bench.is_now(DeviceState.ONLINE)
    hold(open_bench)


def test_a_jam_is_unknown_until_it_is_cleared(open_bench: CashBench) -> None:
    hold(open_bench)
    open_bench.obey("jam on")
    result = open_bench.do(KeepNote("S1"))
    assert (result.outcome, "jammed" in result.reason) == ("unknown", True)
    assert open_bench.is_now(DeviceState.HARDWARE_ERROR).action is Action.CLEAR
    open_bench.obey("jam off")
    open_bench.obey("power cycle")
    open_bench.heard(NoteReturned)
    open_bench.is_now(DeviceState.ONLINE)
    assert open_bench.credited() == open_bench.stacked() == []


def test_a_self_test_says_what_was_found(bench: CashBench) -> None:
    bench.start()
    passed = bench.do(SelfTest())
    assert passed.completion is Completion.SUCCESS
    assert {step.name for step in passed.steps} >= {"self-check", "credit book"}
    bench.obey("fault 30")
    failed = bench.do(SelfTest())
    assert failed.completion is Completion.HARDWARE_ERROR
    assert "fault code 30 (ccTalk table 3)" in [step.found for step in failed.steps]
    bench.obey("fault 0")
    bench.done(CashInStart("S1"))
    assert bench.do(SelfTest()).steps[0].found == "a cash-in is open; end it first"


def test_a_kiosk_that_stops_leaves_the_device_shut_and_the_note_outside(
    open_bench: CashBench,
) -> None:
    hold(open_bench)
    open_bench.stop()
    until = time.monotonic() + WAIT_S
    while open_bench.obey("state")["note"] is not None:
        assert time.monotonic() < until
    assert open_bench.obey("state")["enabled"] is False
    assert open_bench.stacked() == []

"""An ID-003 validator end to end: a note is held, kept, returned or turned away."""

import pytest

from devices.driver import NotRun
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInRollback,
    CashInStart,
    Credit,
    Credited,
    KeepNote,
    NoteHeld,
    NoteReturned,
    Rejected,
    ReturnNote,
    Tally,
)
from devices.status import Completion
from tests.integration.devices.id003.failing_book import tally
from tests.support.id003_bench import SERIAL, Id003Bench

THOROUGH = pytest.mark.thorough


def test_a_note_is_held_kept_and_credited_once(open_bench: Id003Bench) -> None:
    assert open_bench.hold() == NoteHeld("S1", 2000, "PEN20")
    assert open_bench.credited() == []
    result = open_bench.do(KeepNote("S1"))
    assert (result.outcome, result.completion) == ("done", Completion.SUCCESS)
    assert result.credited_centimos == 2000
    credit = Credit(SERIAL, 1, 2000, "PEN20", "S1")
    assert open_bench.heard(Credited) == Credited(credit)
    ended = open_bench.do(CashInEnd("S1"))
    assert (ended.outcome, ended.credited_centimos) == ("done", 2000)
    open_bench.wait_until(lambda: tally(open_bench) == Tally(1))
    assert open_bench.book.credits() == [credit]
    assert open_bench.stacked() == [2000]
    assert open_bench.obey("state")["enabled"] is False
    assert open_bench.obey("state")["acknowledged"] == 1


@THOROUGH
def test_the_credits_of_a_validator_are_numbered_on(open_bench: Id003Bench) -> None:
    for _ in range(3):
        open_bench.hold()
        assert open_bench.do(KeepNote("S1")).outcome == "done"
    open_bench.stop()
    open_bench.start()
    open_bench.do(CashInStart("S1"))
    open_bench.hold(10)
    assert open_bench.do(KeepNote("S1")).credited_centimos == 7000
    assert [credit.counter for credit in open_bench.book.credits()] == [1, 2, 3, 4]


@THOROUGH
def test_stack_2_credits_too(bench: Id003Bench) -> None:
    bench.start(stack="2", power_recovery=False)
    bench.do(CashInStart("S1"))
    bench.hold()
    assert bench.do(KeepNote("S1")).outcome == "done"
    assert 0x42 in bench.simulator.seen
    assert 0x41 not in bench.simulator.seen


def test_a_note_that_is_not_wanted_goes_back(open_bench: Id003Bench) -> None:
    open_bench.hold(50)
    result = open_bench.do(ReturnNote("S1"))
    assert (result.outcome, result.returned_centimos) == ("done", 5000)
    assert open_bench.heard(NoteReturned) == NoteReturned("S1")
    open_bench.hold(50)
    result = open_bench.do(CashInRollback("S1"))
    assert (result.outcome, result.credited_centimos, result.returned_centimos) == ("done", 0, 5000)
    assert open_bench.credited() == open_bench.stacked() == []


def test_only_the_denominations_asked_for_are_drawn_in(open_bench: Id003Bench) -> None:
    open_bench.wait_until(lambda: open_bench.state() == "IDLING")
    assert not open_bench.obey("insert note 10")["taken"]
    assert open_bench.heard(Rejected) == Rejected("S1", "not accepted now")
    assert open_bench.do(CashInStart("S1")).outcome == "done"
    open_bench.hold(10)


def test_a_note_that_comes_in_against_the_mask_goes_back_from_escrow(
    open_bench: Id003Bench,
) -> None:
    open_bench.simulator.inside.disabled = 0
    open_bench.insert(100)
    open_bench.heard(NoteReturned)
    assert open_bench.stacked() == []
    assert 0x41 not in open_bench.simulator.seen


@THOROUGH
def test_a_note_that_is_not_recognised_is_told(open_bench: Id003Bench) -> None:
    open_bench.wait_until(lambda: open_bench.state() == "IDLING")
    open_bench.obey("bad note")
    assert open_bench.heard(Rejected) == Rejected("S1", "denomination not recognised")


@THOROUGH
def test_a_note_that_arrives_after_the_end_goes_back(open_bench: Id003Bench) -> None:
    open_bench.obey("pace 80")
    open_bench.insert(20)
    assert open_bench.do(CashInEnd("S1")).outcome == "done"
    open_bench.heard(NoteReturned)
    assert open_bench.credited() == open_bench.stacked() == []


@THOROUGH
def test_a_note_of_no_session_goes_back(bench: Id003Bench) -> None:
    bench.start()
    bench.obey("pace 200")
    bench.simulator.inside.enable(True)
    bench.insert(20)
    bench.heard(NoteReturned)
    assert bench.stacked() == []


@THOROUGH
def test_a_note_nobody_decides_about_goes_back(bench: Id003Bench) -> None:
    bench.start(escrow_s=0.2)
    bench.do(CashInStart("S1"))
    bench.hold()
    bench.heard(NoteReturned)
    late = bench.do(KeepNote("S1"))
    assert (late.outcome, late.completion) == ("not_done", Completion.SEQUENCE_ERROR)
    assert bench.stacked() == []


def test_a_held_note_is_kept_waiting_while_the_caller_thinks(
    open_bench: Id003Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.id003.acceptor.HOLD_EVERY_S", 0.03)
    monkeypatch.setattr("devices.id003.transport.WAIT_S", 0.15)
    open_bench.hold()
    open_bench.wait_until(lambda: open_bench.simulator.seen.count(0x44) >= 8)
    assert open_bench.do(KeepNote("S1")).outcome == "done"


@pytest.mark.negative_control
def test_without_holding_it_the_note_comes_back(
    open_bench: Id003Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.id003.transport.WAIT_S", 0.15)
    open_bench.hold()
    open_bench.heard(NoteReturned)


def test_a_validator_nobody_asks_gives_the_note_back_by_itself(open_bench: Id003Bench) -> None:
    open_bench.obey("escrow timeout 100")
    open_bench.hold()
    open_bench.stop()
    open_bench.wait_until(open_bench.is_empty)
    assert open_bench.simulator.ledger.count("returned") == 1
    open_bench.start()
    assert open_bench.do(CashInEnd("S1")).credited_centimos == 0
    assert tally(open_bench) == Tally(0)


OUT_OF_PLACE = [
    (KeepNote("S1"), Completion.SEQUENCE_ERROR),
    (ReturnNote("S1"), Completion.SEQUENCE_ERROR),
    (CashInStart("S2"), Completion.SEQUENCE_ERROR),
    (CashInEnd("S2"), Completion.SEQUENCE_ERROR),
    (CashInEnd(""), Completion.SEQUENCE_ERROR),
    (CashInStart(""), Completion.INVALID_DATA),
    (CashInStart("S" * 65), Completion.INVALID_DATA),
    (CashInStart("S1", (37,)), Completion.INVALID_DATA),
]


def test_a_command_out_of_place_changes_nothing(open_bench: Id003Bench) -> None:
    for command, completion in OUT_OF_PLACE:
        result = open_bench.do(command)
        assert (result.outcome, result.completion) == ("not_done", completion), command
        assert result.reason
    assert isinstance(open_bench.do("sing"), NotRun)
    open_bench.hold()
    assert open_bench.do(KeepNote("S2")).outcome == "not_done"
    assert open_bench.do(KeepNote("S1")).outcome == "done"

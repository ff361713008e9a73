"""An ID-003 validator end to end: driver, pseudo-terminal, simulated validator, book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.driver import NotRun
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInRollback,
    CashInStart,
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
from tests.support.cash_bench import WAIT_S
from tests.support.credit_book import Book
from tests.support.id003_bench import SERIAL, Id003Bench, make

THOROUGH = pytest.mark.thorough


class FailingBook(Book):
    """A book that refuses to be written while `broken`, before or after it wrote."""

    broken = ""

    def commit(self, serial: str, tally: Tally, credits: tuple[Credit, ...]) -> None:
        now = self.broken == "before" or (self.broken == "before credit" and bool(credits))
        if now:
            raise OSError("disk full")
        super().commit(serial, tally, credits)
        if self.broken == "after" or (self.broken == "after credit" and credits):
            raise OSError("disk went away")


@pytest.fixture
def bench(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Id003Bench]:
    made = make(tmp_path, recorder, monkeypatch, book=FailingBook(tmp_path / "failing.db"))
    yield made
    made.close()


@pytest.fixture
def open_bench(bench: Id003Bench) -> Id003Bench:
    bench.start()
    assert bench.do(CashInStart("S1", (2000, 5000))).outcome == "done"
    return bench


def broken(bench: Id003Bench, how: str) -> None:
    assert isinstance(bench.book, FailingBook)
    bench.book.broken = how


def tally(bench: Id003Bench) -> Tally:
    held = bench.book.tally(SERIAL)
    assert held is not None
    return held


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


def test_a_stack_command_that_got_lost_is_sent_again_and_credits_once(
    open_bench: Id003Bench,
) -> None:
    open_bench.hold()
    open_bench.obey("lose command 41")
    assert open_bench.do(KeepNote("S1")).outcome == "done"
    assert open_bench.credited() == open_bench.stacked() == [2000]


@pytest.mark.parametrize(
    "code", ["41", *(pytest.param(code, marks=THOROUGH) for code in ("50", "43"))]
)
def test_an_answer_that_got_lost_changes_nothing(open_bench: Id003Bench, code: str) -> None:
    open_bench.obey(f"lose reply {code}")
    open_bench.hold()
    assert open_bench.do(KeepNote("S1")).outcome == "done"
    open_bench.hold(50)
    assert open_bench.do(ReturnNote("S1")).outcome == "done"
    assert open_bench.credited() == open_bench.stacked() == [2000]


def test_an_acknowledgement_that_got_lost_is_given_again_and_no_credit_with_it(
    open_bench: Id003Bench,
) -> None:
    open_bench.obey("lose command 50")
    open_bench.hold()
    assert open_bench.do(KeepNote("S1")).outcome == "done"
    open_bench.wait_until(lambda: tally(open_bench).under_way == "")
    assert open_bench.simulator.seen.count(0x50) == 1
    assert open_bench.credited() == open_bench.stacked() == [2000]


def test_a_note_in_escrow_when_power_goes_is_returned_and_the_session_goes_on(
    open_bench: Id003Bench,
) -> None:
    open_bench.hold()
    open_bench.obey("power cycle")
    open_bench.heard(NoteReturned)
    assert open_bench.credited() == open_bench.stacked() == []
    open_bench.hold()
    assert open_bench.do(KeepNote("S1")).outcome == "done"
    assert open_bench.credited() == open_bench.stacked() == [2000]


def lose_power_while_stacking(bench: Id003Bench) -> Any:
    bench.obey("pace 100")
    bench.hold()
    assert bench.supervisor is not None
    keeping = bench.supervisor.submit(KeepNote("S1"), WAIT_S)
    bench.wait_until(lambda: bench.state() == "STACKING")
    bench.obey("pace 20")
    bench.obey("power cycle")
    return keeping.result(WAIT_S)


def test_a_note_on_its_way_in_when_power_goes_is_credited_if_the_device_still_tells(
    open_bench: Id003Bench,
) -> None:
    assert lose_power_while_stacking(open_bench).outcome == "done"
    assert open_bench.credited() == open_bench.stacked() == [2000]
    open_bench.hold()


@pytest.mark.parametrize("recovery", ["off", pytest.param("blind", marks=THOROUGH)])
def test_a_note_the_device_never_tells_of_is_for_staff_to_find(
    open_bench: Id003Bench, recovery: str
) -> None:
    open_bench.obey(f"recovery {recovery}")
    assert lose_power_while_stacking(open_bench).outcome == "unknown"
    lost = open_bench.heard(EventsLost)
    assert (lost.serial, lost.missing) == (SERIAL, 1)
    assert lost.reason.startswith("1 note of S/ 20.00 was told to go to the cash box")
    status = open_bench.is_now(DeviceState.OFFLINE)
    assert status.action is Action.MAINTENANCE
    assert "1 note of S/ 20.00" in status.detail
    refused = open_bench.do(CashInStart("S1"))
    assert (refused.outcome, refused.completion) == ("not_done", Completion.DEVICE_NOT_READY)
    ended = open_bench.do(CashInEnd("S1"))
    assert (ended.outcome, ended.credited_centimos) == ("done", 0)
    open_bench.stop()
    open_bench.start()
    assert open_bench.heard(EventsLost).reason == lost.reason
    assert open_bench.do(Reconciled()).outcome == "done"
    open_bench.serves()
    assert open_bench.credited() == []
    assert tally(open_bench) == Tally(0)
    assert open_bench.do(CashInStart("S2")).outcome == "done"
    open_bench.hold()


def test_hands_are_off_a_note_the_book_knows_nothing_of_until_it_is_settled(
    bench: Id003Bench,
) -> None:
    bench.obey("pace 100")
    inside = bench.simulator.inside
    bench.start()
    bench.stop()
    inside.enable(True)
    bench.insert(50)
    bench.wait_until(lambda: bench.state() == "ESCROW")
    bench.obey("pace 20")
    bench.wait_until(lambda: inside.stack(0.0))
    bench.wait_until(lambda: bench.state() == "VEND_VALID")
    bench.start()
    lost = bench.heard(EventsLost)
    assert (lost.missing, lost.reason) == (
        1,
        "the device tells of 1 note of unknown value that nobody told it to keep",
    )
    assert bench.state() == "VEND_VALID"
    assert 0x50 not in bench.simulator.seen
    assert bench.do(Reconciled()).outcome == "done"
    bench.serves()
    bench.wait_until(lambda: bench.state() == "INHIBITED")
    assert bench.credited() == []
    assert tally(bench) == Tally(0)


def test_a_new_book_does_not_touch_a_note_from_before(bench: Id003Bench, tmp_path: Path) -> None:
    bench.start()
    bench.do(CashInStart("S1"))
    broken(bench, "before credit")
    bench.hold()
    bench.do(KeepNote("S1"), 0.2)
    bench.stop()
    ours, bench.book = bench.book, Book(tmp_path / "other.db")
    bench.start()
    assert bench.heard(EventsLost).reason.startswith("it holds 1 note from before this book")
    bench.stop()
    assert bench.state() == "VEND_VALID"
    broken_book = ours
    assert isinstance(broken_book, FailingBook)
    broken_book.broken = ""
    bench.book = ours
    bench.start()
    bench.wait_until(lambda: bench.credited() == [2000])
    assert bench.do(CashInEnd("S1")).credited_centimos == 2000


@THOROUGH
def test_money_of_a_dead_kiosk_is_found_at_the_next_start(open_bench: Id003Bench) -> None:
    open_bench.obey("pace 100")
    open_bench.hold()
    assert open_bench.supervisor is not None
    open_bench.supervisor.submit(KeepNote("S1"), 0.05)
    open_bench.wait_until(lambda: open_bench.state() == "STACKING")
    open_bench.stop()
    open_bench.wait_until(lambda: open_bench.state() == "VEND_VALID")
    assert open_bench.credited() == []
    open_bench.start()
    open_bench.wait_until(lambda: open_bench.credited() == [2000])
    open_bench.wait_until(lambda: tally(open_bench).under_way == "")
    assert open_bench.do(CashInStart("S1")).credited_centimos == 2000
    assert [credit.session for credit in open_bench.book.credits()] == ["S1"]


def test_a_book_that_cannot_be_written_keeps_the_note_out(open_bench: Id003Bench) -> None:
    open_bench.hold()
    broken(open_bench, "before")
    kept = open_bench.do(KeepNote("S1"), 0.3)
    assert kept.outcome != "done"
    status = open_bench.is_now(DeviceState.HARDWARE_ERROR)
    assert status.action is Action.MAINTENANCE
    assert "credit book cannot be written" in status.detail
    open_bench.wait_until(open_bench.is_empty)
    open_bench.wait_until(lambda: open_bench.obey("state")["enabled"] is False)
    broken(open_bench, "")
    open_bench.serves()
    assert open_bench.stacked() == open_bench.credited() == []
    assert 0x41 not in open_bench.simulator.seen
    open_bench.hold()


@pytest.mark.parametrize(
    ("moment", "outcome"), [("before credit", "unknown"), ("after credit", "done")]
)
def test_a_credit_the_book_failed_to_take_is_made_good_once(
    open_bench: Id003Bench, moment: str, outcome: str
) -> None:
    open_bench.hold()
    broken(open_bench, moment)
    result = open_bench.do(KeepNote("S1"), 0.3)
    assert result.outcome == outcome
    broken(open_bench, "")
    assert open_bench.heard(Credited).credit.amount_centimos == 2000
    open_bench.serves()
    assert open_bench.credited() == open_bench.stacked() == [2000]
    assert open_bench.do(CashInEnd("S1")).credited_centimos == 2000


TROUBLES = [
    ("stacker full", DeviceState.OFFLINE, "empty it", "stacker ok"),
    ("stacker removed", DeviceState.OFFLINE, "put it back", "stacker ok"),
    ("pause on", DeviceState.USER_ERROR, "second note", "pause off"),
    ("fail A2", DeviceState.HARDWARE_ERROR, "stacker motor", "fail off"),
    ("fail 99", DeviceState.HARDWARE_ERROR, "code 99", "fail off"),
    ("cheat on", DeviceState.FRAUD_ATTEMPT, "look at its mouth", "cheat off"),
]


def test_trouble_is_told_stops_taking_and_ends(open_bench: Id003Bench) -> None:
    for line, state, words, undo in TROUBLES:
        open_bench.obey(line)
        status = open_bench.is_now(state)
        assert status.action is not None
        assert words in status.detail
        open_bench.wait_until(lambda: open_bench.obey("state")["enabled"] is False)
        refused = open_bench.do(CashInStart("S1"))
        assert (refused.outcome, refused.completion) == ("not_done", Completion.DEVICE_NOT_READY)
        open_bench.obey(undo)
        open_bench.serves()
        assert open_bench.do(CashInStart("S1")).outcome == "done"
    open_bench.hold()


def test_a_jam_on_the_way_in_is_never_called_returned(open_bench: Id003Bench) -> None:
    open_bench.hold()
    open_bench.obey("jam on")
    result = open_bench.do(KeepNote("S1"))
    assert (result.outcome, "jammed" in result.reason) == ("unknown", True)
    assert open_bench.is_now(DeviceState.HARDWARE_ERROR).action is Action.CLEAR
    open_bench.obey("jam off")
    open_bench.obey("power cycle")
    assert open_bench.heard(EventsLost).missing == 1
    assert open_bench.credited() == open_bench.stacked() == []


def test_a_jam_of_a_note_nobody_kept_is_cleared_with_the_self_test(open_bench: Id003Bench) -> None:
    open_bench.obey("jam on")
    open_bench.insert(20)
    assert open_bench.is_now(DeviceState.HARDWARE_ERROR).parts["transport"] == "jammed"
    open_bench.do(CashInEnd("S1"), 0.5)
    open_bench.obey("jam off")
    assert open_bench.do(SelfTest()).completion is Completion.SUCCESS
    assert open_bench.do(CashInStart("S2")).outcome == "done"
    open_bench.hold()


def test_a_self_test_says_what_was_found(bench: Id003Bench) -> None:
    bench.start()
    passed = bench.do(SelfTest())
    assert passed.completion is Completion.SUCCESS
    found = {step.name: step.found for step in passed.steps}
    assert found["answers"] == "i(PER)100-SS ID003-05V280-42 01AUG17 964D, boot B05"
    assert found["denominations"] == "PEN10, PEN20, PEN50, PEN100, PEN200"
    bench.obey("stacker removed")
    failed = bench.do(SelfTest())
    assert failed.completion is Completion.HARDWARE_ERROR
    assert "the cash box is out or open: put it back" in [step.found for step in failed.steps]
    bench.obey("stacker ok")
    bench.serves()
    bench.do(CashInStart("S1"))
    assert bench.do(SelfTest()).steps[0].found == "a cash-in is open; end it first"


def test_notes_of_another_country_are_a_matter_of_configuration(bench: Id003Bench) -> None:
    bench.obey("country 1")
    bench.start()
    status = bench.is_now(DeviceState.OFFLINE)
    assert status.action is Action.CONFIGURATION
    assert "country 47" in status.detail
    assert bench.do(CashInStart("S1")).outcome == "not_done"


@THOROUGH
def test_a_serial_of_its_own_keeps_a_book_of_its_own(bench: Id003Bench) -> None:
    bench.start(serial="left")
    bench.do(CashInStart("S1"))
    bench.hold()
    bench.do(KeepNote("S1"))
    assert [credit.serial for credit in bench.book.credits()] == ["bill-left"]
    assert bench.book.tally(SERIAL) is None

"""An ID-003 validator end to end: lost messages and lost power make no money and lose none."""

from typing import Any

import pytest

from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    EventsLost,
    KeepNote,
    NoteReturned,
    Reconciled,
    ReturnNote,
    Tally,
)
from devices.status import Action, Completion, DeviceState
from tests.integration.devices.id003.failing_book import tally
from tests.support.cash_bench import WAIT_S
from tests.support.id003_bench import SERIAL, Id003Bench

THOROUGH = pytest.mark.thorough


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

"""An ID-003 validator end to end: what is wrong with it, and what its self-test finds."""

from functools import partial

import pytest

from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    EventsLost,
    KeepNote,
)
from devices.kinds.self_test import SelfTest
from devices.status import Action, Completion, DeviceState
from tests.support.id003_bench import Id003Bench

THOROUGH = pytest.mark.thorough


TROUBLES = [
    ("stacker full", DeviceState.OFFLINE, "empty it", "stacker ok"),
    ("stacker removed", DeviceState.OFFLINE, "put it back", "stacker ok"),
    ("pause on", DeviceState.USER_ERROR, "second note", "pause off"),
    ("fail A2", DeviceState.HARDWARE_ERROR, "stacker motor", "fail off"),
    ("fail 99", DeviceState.HARDWARE_ERROR, "code 99", "fail off"),
    ("cheat on", DeviceState.FRAUD_ATTEMPT, "look at its mouth", "cheat off"),
]


def test_trouble_is_told_stops_taking_and_ends(open_bench: Id003Bench) -> None:
    supervisor = open_bench.supervisor
    assert supervisor is not None

    def told(state: DeviceState, words: str) -> bool:
        status = supervisor.status
        return status.device is state and words in status.detail and status.action is not None

    for line, state, words, undo in TROUBLES:
        open_bench.obey(line)
        open_bench.wait_until(partial(told, state, words))
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

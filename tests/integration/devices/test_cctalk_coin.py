"""A coin acceptor end to end: coins count as they fall, whatever else happens."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInRollback,
    CashInStart,
    Credited,
    EventsLost,
    KeepNote,
    Rejected,
)
from devices.kinds.self_test import SelfTest
from devices.status import Action, Completion, DeviceState
from tests.support.cash_bench import WAIT_S, CashBench, hurry


@pytest.fixture
def bench(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[CashBench]:
    hurry(monkeypatch)
    made = CashBench("cctalk-coin", tmp_path, recorder)
    yield made
    made.close()


@pytest.fixture
def open_bench(bench: CashBench) -> CashBench:
    bench.start()
    bench.done(CashInStart("S1", (50, 100, 500)))
    return bench


def test_coins_are_credited_in_the_order_they_fell(open_bench: CashBench) -> None:
    for line in ("coin 1", "coin 0.50", "coin 5"):
        assert open_bench.obey(line)["taken"] == 1
        open_bench.heard(Credited)
    assert open_bench.credited() == open_bench.stacked() == [100, 50, 500]
    assert {credit.session for credit in open_bench.book.credits()} == {"S1"}
    assert open_bench.book.credits()[1].item == "PE050A"
    ended = open_bench.done(CashInEnd("S1"))
    assert (ended.outcome, ended.credited_centimos) == ("done", 650)


def test_coins_that_are_not_asked_for_fall_through(open_bench: CashBench) -> None:
    assert open_bench.obey("coin 2")["taken"] == 0
    assert open_bench.heard(Rejected) == Rejected("S1", "not accepted now")
    open_bench.obey("reject")
    assert open_bench.heard(Rejected).why == "not recognised"
    open_bench.done(CashInEnd("S1"))
    assert open_bench.obey("coin 1")["taken"] == 0


def test_a_coin_that_is_falling_when_the_session_ends_still_belongs_to_it(
    bench: CashBench,
) -> None:
    bench.start(settle_s=0.4)
    bench.done(CashInStart("S1"))
    bench.obey("pace 150")
    assert bench.obey("coin 5")["taken"] == 1
    ended = bench.done(CashInRollback("S1"))
    assert (ended.outcome, ended.credited_centimos, ended.returned_centimos) == ("done", 500, 0)
    assert [credit.session for credit in bench.book.credits()] == ["S1"]


def test_a_coin_after_the_end_is_money_of_no_session(open_bench: CashBench) -> None:
    open_bench.obey("pace 400")
    assert open_bench.obey("coin 5")["taken"] == 1
    assert open_bench.done(CashInEnd("S1")).credited_centimos == 0
    assert open_bench.heard(Credited).credit.session == ""
    assert open_bench.credited() == [500]


def test_more_coins_at_once_than_the_buffer_tells_are_never_lost_in_silence(
    open_bench: CashBench,
) -> None:
    open_bench.obey("unplug")
    open_bench.stop()
    open_bench.obey("plug")
    assert open_bench.obey("coin 1 8")["taken"] == 8
    until = time.monotonic() + WAIT_S
    while open_bench.obey("state")["falling"]:
        assert time.monotonic() < until
    open_bench.start()
    assert open_bench.heard(EventsLost).missing == 3
    assert open_bench.credited() == [100] * 5


def test_power_lost_with_a_coin_in_the_fall_is_noticed_by_the_count(open_bench: CashBench) -> None:
    open_bench.obey("pace 300")
    assert open_bench.obey("coin 5")["taken"] == 1
    open_bench.obey("power cycle")
    assert open_bench.heard(EventsLost).missing == 1
    assert open_bench.is_now(DeviceState.OFFLINE).action is Action.MAINTENANCE
    assert open_bench.obey("coin 5")["taken"] == 0


def test_power_lost_before_the_first_event_is_noticed_by_the_lost_modes(
    open_bench: CashBench,
) -> None:
    open_bench.obey("power cycle")
    until = time.monotonic() + WAIT_S
    while not open_bench.obey("state")["enabled"]:
        assert time.monotonic() < until
    assert open_bench.obey("coin 5")["taken"] == 1
    open_bench.heard(Credited)


def test_a_blocked_coin_path_is_told_until_it_is_cleared(open_bench: CashBench) -> None:
    open_bench.obey("jam on")
    status = open_bench.is_now(DeviceState.HARDWARE_ERROR)
    assert (status.action, status.parts["transport"]) == (Action.CLEAR, "jammed")
    assert open_bench.obey("coin 1")["taken"] == 0
    open_bench.done(CashInEnd("S1"))
    open_bench.obey("jam off")
    assert open_bench.do(SelfTest()).completion is Completion.SUCCESS
    open_bench.is_now(DeviceState.ONLINE)


def test_a_coin_on_a_string_stops_taking_for_a_while(open_bench: CashBench) -> None:
    open_bench.obey("fraud")
    status = open_bench.is_now(DeviceState.FRAUD_ATTEMPT)
    assert status.action is Action.SUSPEND
    open_bench.is_now(DeviceState.ONLINE)
    until = time.monotonic() + WAIT_S
    while not open_bench.obey("state")["enabled"]:
        assert time.monotonic() < until
    assert open_bench.obey("coin 1")["taken"] == 1


def test_a_coin_acceptor_has_no_escrow(open_bench: CashBench) -> None:
    result = open_bench.do(KeepNote("S1"))
    assert (result.outcome, result.completion) == ("not_done", Completion.UNSUPPORTED_COMMAND)

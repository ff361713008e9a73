"""A hopper end to end: what the book says came out is what came out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.kinds.cash_dispenser import (
    Dispense,
    DispenseResult,
    Payout,
    PayoutSettled,
    QueryDispense,
)
from devices.kinds.self_test import SelfTest
from devices.registry import load_model
from devices.status import Action, Completion, DeviceState, DeviceStatus
from tests.support.cash_bench import WAIT_S, CashBench, hurry
from tests.support.centre import eventually
from tests.support.credit_book import Book


class FailingBook(Book):
    """A payout book that fails to begin or to end while `broken` says so."""

    broken = ""

    def begin(self, payout: Payout) -> None:
        if self.broken == "begin":
            raise OSError("disk full")
        super().begin(payout)

    def end(self, payout: Payout) -> None:
        if self.broken == "end":
            raise OSError("disk full")
        super().end(payout)


@pytest.fixture
def bench(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[CashBench]:
    hurry(monkeypatch)
    made = CashBench("cctalk-hopper", tmp_path, recorder, FailingBook(tmp_path / "failing.db"))
    made.start()
    yield made
    made.close()


def out(bench: CashBench) -> int:
    return bench.simulator.ledger.count("paid")


def told(result: DispenseResult) -> tuple[str, int, int]:
    return result.outcome, result.coins_paid, result.coins_unpaid


def check(bench: CashBench) -> None:
    """Raise AssertionError unless the book's coins are the coins that came out."""
    assert sum(payout.paid or 0 for payout in bench.book.payouts()) == out(bench)


def test_change_is_given_once_however_often_it_is_asked_for(bench: CashBench) -> None:
    first = bench.do(Dispense("p1", 3))
    assert told(first) == ("paid", 3, 0)
    assert (first.completion, first.coin_centimos) == (Completion.SUCCESS, 100)
    assert told(bench.do(Dispense("p1", 3))) == ("paid", 3, 0)
    assert told(bench.do(QueryDispense("p1"))) == ("paid", 3, 0)
    other = bench.do(Dispense("p1", 4))
    assert (other.outcome, other.completion) == ("unknown", Completion.INVALID_DATA)
    assert out(bench) == 3
    assert bench.obey("state")["enabled"] is False


def test_a_payout_never_begun_gave_nothing(bench: CashBench) -> None:
    assert told(bench.do(QueryDispense("p9"))) == ("not_paid", 0, 0)
    for coins, name in ((0, "p"), (256, "p"), (1, ""), (1, "p" * 65)):
        result = bench.do(Dispense(name, coins))
        assert (result.outcome, result.completion) == ("not_paid", Completion.INVALID_DATA)
    assert bench.book.payouts() == []


def test_a_lost_reply_is_decided_by_the_counter(bench: CashBench) -> None:
    bench.obey("lose reply 167")
    assert told(bench.do(Dispense("p1", 4))) == ("paid", 4, 0)
    assert bench.simulator.seen.count(167) == 1
    check(bench)


def test_a_hopper_that_runs_empty_says_how_much_came(bench: CashBench) -> None:
    bench.obey("fill 2")
    assert told(bench.do(Dispense("p1", 5))) == ("partly", 2, 3)
    status = bench.is_now(DeviceState.OFFLINE)
    assert (status.parts["bins"], status.action) == ("empty", Action.MAINTENANCE)
    refused = bench.do(Dispense("p2", 1))
    assert (refused.outcome, refused.completion) == ("not_paid", Completion.DEVICE_NOT_READY)
    bench.obey("fill 100")
    assert bench.do(SelfTest()).completion is Completion.SUCCESS
    assert told(bench.do(Dispense("p2", 1))) == ("paid", 1, 0)
    check(bench)


def test_a_jam_is_told_and_cleared_by_the_self_test(bench: CashBench) -> None:
    bench.obey("jam after 0")
    assert told(bench.do(Dispense("p1", 2))) == ("not_paid", 0, 2)
    assert bench.is_now(DeviceState.HARDWARE_ERROR).action is Action.CLEAR
    bench.obey("jam off")
    bench.do(SelfTest())
    bench.is_now(DeviceState.ONLINE)


@pytest.mark.parametrize(
    ("line", "bins"), [("fill 5", "low"), ("fill 500", "high"), ("fill 100", "ok")]
)
def test_its_sensors_say_how_full_it_is(bench: CashBench, line: str, bins: str) -> None:
    bench.obey(line)
    assert bench.do(Dispense("p1", 1)).status.parts["bins"] == bins


@pytest.mark.parametrize(
    ("line", "state"),
    [("blocked on", DeviceState.POTENTIAL_FRAUD), ("fraud on", DeviceState.FRAUD_ATTEMPT)],
)
def test_an_exit_that_is_blocked_or_bridged_gives_nothing(
    bench: CashBench, line: str, state: DeviceState
) -> None:
    bench.obey(line)
    refused = bench.do(Dispense("p1", 1))
    assert (refused.outcome, refused.status.device) == ("not_paid", state)
    assert bench.book.payouts() == []


def test_a_refusal_that_moved_the_counter_is_not_taken_for_the_payout_before(
    bench: CashBench,
) -> None:
    assert told(bench.do(Dispense("p1", 3))) == ("paid", 3, 0)
    bench.obey("nak counts on")
    refuse_next_dispense(bench)
    assert told(bench.do(Dispense("p2", 3))) == ("not_paid", 0, 3)
    check(bench)


def refuse_next_dispense(bench: CashBench) -> None:
    """Let the hopper lose its enabling between 164 and 167, as a glitch of its supply does."""
    simulator: Any = bench.simulator
    whole = simulator._dispense

    def refused(data: bytes) -> bytes | None:
        simulator._enabled = False
        simulator._dispense = whole
        return whole(data)

    simulator._dispense = refused


def test_power_lost_while_paying_is_decided_by_the_lifetime_count(bench: CashBench) -> None:
    bench.obey("pace 100")
    assert bench.supervisor is not None
    paying = bench.supervisor.submit(Dispense("p1", 20), WAIT_S)
    eventually(lambda: out(bench) >= 3, WAIT_S)
    bench.obey("power cycle")
    result: Any = paying.result(WAIT_S)
    assert told(result) == ("partly", out(bench), 20 - out(bench))
    assert out(bench) < 20


def test_without_a_lifetime_count_power_loss_is_unknown_and_never_paid_again(
    bench: CashBench,
) -> None:
    bench.stop()
    bench.start(dispense_count=False)
    bench.obey("pace 100")
    assert bench.supervisor is not None
    paying = bench.supervisor.submit(Dispense("p1", 20), WAIT_S)
    eventually(lambda: out(bench) >= 3, WAIT_S)
    bench.obey("power cycle")
    result: Any = paying.result(WAIT_S)
    assert result.outcome == "unknown"
    given = out(bench)
    assert bench.do(Dispense("p1", 20)).outcome == "unknown"
    assert bench.do(QueryDispense("p1")).outcome == "unknown"
    assert out(bench) == given
    assert bench.do(Dispense("p2", 1)).outcome == "paid"


def test_a_payout_longer_than_its_deadline_is_told_when_it_ends(bench: CashBench) -> None:
    bench.obey("pace 120")
    result = bench.do(Dispense("p1", 10), 0.7)
    assert (result.outcome, result.completion) == ("unknown", Completion.TIME_OUT)
    settled = bench.heard(PayoutSettled)
    assert (settled.outcome, settled.payout.paid) == ("paid", 10)
    assert told(bench.do(QueryDispense("p1"))) == ("paid", 10, 0)
    check(bench)


@pytest.mark.parametrize("moment", ["begin", "end"])
def test_a_book_that_fails_gives_nothing_twice(bench: CashBench, moment: str) -> None:
    book = bench.book
    assert isinstance(book, FailingBook)
    book.broken = moment
    result = bench.do(Dispense("p1", 2))
    assert result.outcome == ("not_paid" if moment == "begin" else "unknown")
    assert result.status.device is DeviceState.HARDWARE_ERROR
    assert "payout book" in result.status.detail
    book.broken = ""
    if moment == "end":
        assert bench.heard(PayoutSettled).outcome == "paid"
    again = bench.do(Dispense("p1", 2))
    assert told(again) == ("paid", 2, 0)
    assert out(bench) == 2


def test_a_command_that_never_arrived_says_nothing_about_earlier_ones() -> None:
    refuse = load_model("cctalk-hopper").refuse
    status = DeviceStatus(DeviceState.OFFLINE)
    result = refuse(Dispense("p1", 2), Completion.TIME_OUT, status)
    assert isinstance(result, DispenseResult)
    assert result.outcome == "unknown"

"""Cash devices that were away for a moment: nothing of it is lost, nothing mixed up."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk_coin.simulator import CoinSimulator
from devices.driver import Wiring
from devices.kinds.cash_acceptor import (
    CashInEnd,
    CashInStart,
    Credited,
    EventsLost,
    KeepNote,
    NoteHeld,
)
from devices.link import open_link
from devices.registry import load_model
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Reported
from tests.support.cash_bench import WAIT_S, CashBench, hurry
from tests.support.credit_book import Book


@pytest.fixture
def bench_of(
    tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], CashBench]]:
    hurry(monkeypatch)
    made: list[CashBench] = []

    def make(model: str) -> CashBench:
        made.append(CashBench(model, tmp_path, recorder))
        made[-1].start()
        made[-1].done(CashInStart("S1"))
        return made[-1]

    yield make
    for each in made:
        each.close()


def until(bench: CashBench, place: str | None) -> None:
    """Wait until the note inside is there; None: until there is none."""
    ends = time.monotonic() + WAIT_S
    while (bench.obey("state")["note"] or {}).get("place") != place:
        assert time.monotonic() < ends
        time.sleep(0.005)


def told_of_lost_events(bench: CashBench) -> bool:
    reports = [it.payload for it in bench.recorder.events() if isinstance(it, Reported)]
    return any(isinstance(payload, EventsLost) for payload in reports)


def test_a_validator_exchanged_for_one_without_our_notes_takes_nothing_at_old_prices(
    bench_of: Callable[[str], CashBench],
) -> None:
    bench = bench_of("cctalk-bill")
    bench.obey("power off")
    bench.is_now(DeviceState.POWER_OFF)
    bench.obey("serial 777")
    bench.obey("country BO")
    bench.obey("power on")
    ends = time.monotonic() + 20
    while (status := bench.is_now(DeviceState.OFFLINE)).action is not Action.CONFIGURATION:
        assert time.monotonic() < ends, status  # a line that is not quiet yet
        time.sleep(0.05)
    assert "no notes of PE" in status.detail
    refused = bench.do(CashInStart("S2"))
    assert (refused.outcome, refused.completion) == ("not_done", Completion.INVALID_DATA)
    assert bench.obey("insert note 200")["taken"] is False
    assert bench.credited() == bench.stacked() == []


def test_a_validator_reset_with_its_box_out_is_no_lost_event_where_its_count_agrees(
    bench_of: Callable[[str], CashBench],
) -> None:
    bench = bench_of("cctalk-bill")
    keep(bench, 20)
    bench.obey("stacker removed")
    bench.is_now(DeviceState.OFFLINE)
    bench.obey("power cycle")
    bench.obey("stacker ok")
    assert bench.is_now(DeviceState.ONLINE)
    keep(bench, 50)
    assert bench.done(CashInEnd("S1")).credited_centimos == 7000
    assert not told_of_lost_events(bench)
    assert bench.credited() == bench.stacked() == [2000, 5000]


def keep(bench: CashBench, soles: int) -> None:
    ends = time.monotonic() + WAIT_S
    while not bench.obey(f"insert note {soles}")["taken"]:
        assert time.monotonic() < ends, "it takes no notes"
        time.sleep(0.01)
    bench.heard(NoteHeld)
    assert bench.do(KeepNote("S1")).outcome == "done"


def test_a_kiosk_that_was_without_power_together_with_its_validator_goes_on(
    bench_of: Callable[[str], CashBench],
) -> None:
    bench = bench_of("cctalk-bill")
    keep(bench, 20)
    bench.stop()
    bench.obey("stacker removed")
    bench.obey("power cycle")
    bench.start()
    assert "cash box is out" in bench.is_now(DeviceState.OFFLINE).detail
    bench.obey("stacker ok")
    bench.is_now(DeviceState.ONLINE)
    assert not told_of_lost_events(bench)


def test_a_coin_tried_right_after_power_came_back_is_no_lost_event(
    bench_of: Callable[[str], CashBench],
) -> None:
    bench = bench_of("cctalk-coin")
    for _ in range(3):
        bench.obey("coin 1")
        bench.heard(Credited)
    bench.obey("power cycle")
    bench.obey("reject")
    ended = bench.done(CashInEnd("S1"))
    assert ended.credited_centimos == 300
    assert not told_of_lost_events(bench)
    bench.done(CashInStart("S2"))
    assert bench.obey("coin 5")["taken"] == 1
    assert bench.heard(Credited).credit.amount_centimos == 500


def test_the_result_of_a_note_is_its_own_though_the_next_one_waits_already(
    bench_of: Callable[[str], CashBench],
) -> None:
    """The line is mute while the first note is stacked and the second drawn in."""
    bench = bench_of("cctalk-bill")
    bench.obey("pace 150")
    assert bench.obey("insert note 20")["taken"]
    bench.heard(NoteHeld)
    assert bench.supervisor is not None
    keeping = bench.supervisor.submit(KeepNote("S1"), WAIT_S)
    until(bench, "stacking")
    bench.obey("no reply on")
    until(bench, None)
    assert bench.obey("insert note 50")["taken"]
    until(bench, "escrow")
    bench.obey("no reply off")
    result: Any = keeping.result(WAIT_S)
    assert (result.outcome, result.credited_centimos, result.returned_centimos) == ("done", 2000, 0)
    assert bench.credited() == bench.stacked() == [2000]


def test_a_driver_that_fails_while_it_closes_gives_its_port_back(tmp_path: Path) -> None:
    simulator = CoinSimulator(tmp_path / "port", None)
    simulator.start()
    model = load_model("cctalk-coin")
    options = {**model.link_options, **model.options, "address": 400}
    wiring = Wiring(lambda _payload: None, Book(tmp_path / "book.db"))
    driver = model.build(open_link(simulator.port), options, wiring)
    with pytest.raises(ValueError, match="byte"):
        driver.close()
    open_link(simulator.port).close()
    simulator.stop()

"""ccTalk over bad lines and with bad manners: the right outcome or a typed one, never another."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk_coin.simulator import CoinSimulator
from devices.errors import BookMissing
from devices.faulty_links import BytewiseLink, LossyLink
from devices.kinds.cash_acceptor import CashInEnd, CashInStart, KeepNote, NoteHeld
from devices.kinds.cash_dispenser import Dispense, QueryDispense
from devices.link import Link
from devices.registry import DeviceConfig, build, load_model
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Reported
from tests.support.cash_bench import WAIT_S, CashBench, hurry

MODELS = ("cctalk-bill", "cctalk-coin", "cctalk-hopper")
THOROUGH = pytest.mark.thorough
Start = Callable[..., CashBench]


def later(*values: object) -> list[Any]:
    """Values for the thorough run only."""
    return [pytest.param(value, marks=THOROUGH) for value in values]


@pytest.fixture
def start(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    hurry(monkeypatch)
    made: list[CashBench] = []

    def begin(model: str, wrap: Callable[[Link], Link] = lambda link: link) -> CashBench:
        bench = CashBench(model, tmp_path, recorder)
        made.append(bench)
        bench.wrap = wrap
        return bench

    yield begin
    for bench in made:
        bench.close()


def use(bench: CashBench, tries: int = 8) -> None:
    """Move money once, as far as the line lets it; what failed is a result, not an exception."""
    for turn in range(tries):
        if bench.model == "cctalk-hopper":
            if bench.do(Dispense(f"p{turn + 1}", 3), 3).outcome != "not_paid":
                return
        elif bench.do(CashInStart("S1"), 2).outcome == "done" and took(bench):
            return


def took(bench: CashBench) -> bool:
    """Give one coin or note, and let the note be kept; whether it was drawn in."""
    if bench.model == "cctalk-coin":
        return bool(bench.obey("coin 5")["taken"])
    if not bench.obey("insert note 20")["taken"]:
        return False
    held = bench.recorder.wait_for(
        lambda it: isinstance(it, Reported) and isinstance(it.payload, NoteHeld), 2
    )
    return held is not None and bench.do(KeepNote("S1"), 3).outcome != "not_done"


def settle(bench: CashBench) -> None:
    """On a clean line everything is settled: book and device agree."""
    bench.is_now(DeviceState.ONLINE)
    if bench.model == "cctalk-hopper":
        until = time.monotonic() + WAIT_S
        while bench.book.open_payout("hopper-12345678") is not None:
            assert time.monotonic() < until
        paid = sum(payout.paid or 0 for payout in bench.book.payouts())
        assert paid == bench.simulator.ledger.count("paid")
        assert bench.do(QueryDispense("p1")).outcome in ("paid", "not_paid")
        return
    until = time.monotonic() + WAIT_S
    while (ended := bench.do(CashInEnd("S1"), 5)).outcome != "done":
        assert time.monotonic() < until
        if ended.completion is Completion.SEQUENCE_ERROR:
            break  # the session never began
    while bench.obey("state").get("note") or bench.obey("state").get("falling"):
        assert time.monotonic() < until
    while bench.credited() != bench.stacked():
        assert time.monotonic() < until, (bench.credited(), bench.stacked())
    tally = bench.book.tally(f"{bench.model.removeprefix('cctalk-')}-12345678")
    assert tally is not None
    assert (tally.session, tally.events_lost) == ("", "")


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("cctalk-bill", "crc"),
        ("cctalk-coin", "checksum"),
        ("cctalk-hopper", "crc"),
        pytest.param("cctalk-bill", "checksum", marks=THOROUGH),
        pytest.param("cctalk-coin", "crc", marks=THOROUGH),
        pytest.param("cctalk-hopper", "checksum", marks=THOROUGH),
    ],
)
def test_one_byte_at_a_time_and_in_both_modes_money_moves_once(
    start: Start, model: str, mode: str
) -> None:
    bench = start(model, BytewiseLink)
    bench.obey("link bytewise")
    bench.obey(f"mode {mode}")
    bench.start(mode=mode)
    use(bench)
    settle(bench)
    assert bench.stacked() or bench.simulator.ledger.count("paid") == 3


@pytest.mark.parametrize("towards", ["device", *later("kiosk", "both")])
@pytest.mark.parametrize("model", ["cctalk-bill", "cctalk-hopper", *later("cctalk-coin")])
@pytest.mark.parametrize("seed", [1, *later(2, 3, 4, 5)])
def test_a_fifth_of_all_writes_lost_moves_no_money_twice(
    start: Start, model: str, towards: str, seed: int
) -> None:
    dice = random.Random(seed)
    share = [0.0]
    bench = start(model, lambda link: LossyLink(link, share[0], dice))
    bench.start(reply_timeout_s=0.03)
    if towards != "kiosk":
        share[0] = 0.2
        bench.plug_again()
    if towards != "device":
        bench.obey("link lossy 20")
    use(bench)
    share[0] = 0.0
    bench.obey("link clean")
    bench.plug_again()
    settle(bench)


@pytest.mark.parametrize("model", ["cctalk-hopper", *later("cctalk-bill", "cctalk-coin")])
def test_a_delay_below_the_time_out_changes_nothing(start: Start, model: str) -> None:
    bench = start(model)
    bench.obey("link delay 5")
    bench.start(reply_timeout_s=0.15)
    use(bench)
    settle(bench)
    assert bench.stacked() or bench.simulator.ledger.count("paid") == 3


@pytest.mark.parametrize("milliseconds", [40, *later(70, 130)])
@pytest.mark.parametrize(
    ("model", "echo"),
    [
        ("cctalk-bill", "off"),
        *(pytest.param(model, "on", marks=THOROUGH) for model in MODELS),
        *(pytest.param(model, "off", marks=THOROUGH) for model in MODELS[1:]),
    ],
)
def test_a_delay_above_the_time_out_is_a_device_that_does_not_answer(
    start: Start, model: str, echo: str, milliseconds: int
) -> None:
    bench = start(model)
    bench.obey(f"echo {echo}")
    bench.start(reply_timeout_s=0.03, echo=echo == "on")
    bench.obey(f"link delay {milliseconds}")
    use(bench, tries=1)
    bench.obey("link clean")
    settle(bench)


@pytest.mark.parametrize("model", ["cctalk-bill", *later("cctalk-coin", "cctalk-hopper")])
def test_after_a_flood_of_garbage_it_works_again(start: Start, model: str) -> None:
    bench = start(model)
    bench.start()
    assert bench.obey("garbage 60000")["sent"]
    use(bench)
    settle(bench)


@pytest.mark.parametrize(
    ("line", "undo", "states", "words"),
    [
        ("no reply on", "no reply off", {DeviceState.POWER_OFF}, "stopped answering"),
        ("bad crc on", "bad crc off", {DeviceState.OFFLINE}, "do not add up"),
        pytest.param("half on", "half off", {DeviceState.OFFLINE}, "break off", marks=THOROUGH),
        ("busy on", "busy off", {DeviceState.DEVICE_BUSY}, "busy"),
        pytest.param("nak on", "nak off", {DeviceState.HARDWARE_ERROR}, "refuses", marks=THOROUGH),
        ("echo wrong", "echo on", {DeviceState.OFFLINE}, "not what was sent"),
        ("echo off", "echo on", {DeviceState.OFFLINE}, "echo"),
        pytest.param(
            "address 41", "address {}", {DeviceState.POWER_OFF}, "stopped answering", marks=THOROUGH
        ),
        pytest.param(
            "mode crc",
            "mode checksum",
            {DeviceState.POWER_OFF, DeviceState.OFFLINE},
            "",
            marks=THOROUGH,
        ),
        pytest.param(
            "power off", "power on", {DeviceState.POWER_OFF}, "stopped answering", marks=THOROUGH
        ),
        ("unplug", "plug", {DeviceState.NO_DEVICE}, "check the cable|no such port"),
    ],
)
@pytest.mark.parametrize("model", ["cctalk-bill", *later("cctalk-coin", "cctalk-hopper")])
def test_bad_manners_end_in_a_status_that_tells_what_to_do_and_pass(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    line: str,
    undo: str,
    states: set[DeviceState],
    words: str,
) -> None:
    monkeypatch.setattr("devices.cctalk.bus.PATIENCE_S", 0.2)
    bench = start(model)
    bench.start(reply_timeout_s=0.03)
    bench.obey(line)
    assert bench.supervisor is not None
    until = time.monotonic() + WAIT_S
    while True:  # a busy machine may make it look otherwise for a moment
        status = bench.supervisor.status
        if (
            status.device in states
            and any(each in status.detail for each in words.split("|"))
            and status.action is not None
        ):
            break
        assert time.monotonic() < until, status
        time.sleep(0.005)
    address = load_model(model).options["address"]
    bench.obey(undo.format(address))
    bench.is_now(DeviceState.ONLINE)
    use(bench)
    settle(bench)
    assert bench.stacked() or bench.simulator.ledger.count("paid") == 3


def test_nobody_at_the_address_is_no_device(start: Start) -> None:
    bench = start("cctalk-bill")
    bench.obey("address 41")
    bench.start()
    status = bench.is_now(DeviceState.NO_DEVICE)
    assert "check power, cable and address" in status.detail


def test_another_kind_of_device_is_named_and_never_driven(
    tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    bench = CashBench("cctalk-bill", tmp_path, recorder)
    bench.simulator.stop()
    bench.simulator = CoinSimulator(tmp_path / "port", None, address=40)
    bench.simulator.start()
    try:
        bench.start()
        status = bench.is_now(DeviceState.OFFLINE)
        assert status.action is Action.CONFIGURATION
        assert "another kind of device" in status.detail
        assert bench.do(CashInStart("S1")).outcome == "not_done"
        assert 228 not in bench.simulator.seen
    finally:
        bench.close()


def test_a_device_swapped_for_another_keeps_its_own_account(start: Start) -> None:
    bench = start("cctalk-coin")
    bench.start()
    use(bench)
    until = time.monotonic() + WAIT_S
    while not bench.credited():
        assert time.monotonic() < until
    bench.obey("power off")
    bench.is_now(DeviceState.POWER_OFF)
    bench.simulator.memory.put(accepted=0)
    bench.obey("serial 87654")
    bench.obey("power on")
    bench.is_now(DeviceState.ONLINE)
    assert bench.do(CashInEnd("S1")).outcome == "not_done"
    bench.done(CashInStart("S2"))
    bench.obey("coin 1")
    while len(bench.credited()) < 2:
        assert time.monotonic() < until
    assert [it.serial for it in bench.book.credits()] == ["coin-12345678", "coin-87654"]


@pytest.mark.parametrize("model", MODELS)
def test_no_driver_of_cash_is_built_without_a_book(model: str) -> None:
    with pytest.raises(BookMissing, match="book"):
        build(DeviceConfig("cash", model, "/dev/none"), lambda _event: None)

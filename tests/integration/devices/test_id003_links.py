"""ID-003 over bad lines and with bad manners: the right outcome or a typed one, never another."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.cctalk_coin.simulator import CoinSimulator
from devices.driver import Wiring
from devices.errors import BookMissing, LinkError
from devices.faulty_links import BytewiseLink, LossyLink
from devices.id003.faults import LineFault
from devices.id003.line import Line
from devices.id003.protocol import STACK_1, STATUS_REQUEST, Frame, Status
from devices.kinds.cash_acceptor import CashInEnd, CashInStart, KeepNote, NoteHeld
from devices.link import Link
from devices.registry import DeviceConfig, build, load_model
from devices.status import Action, DeviceState
from devices.supervisor import Reported
from tests.support.cash_bench import WAIT_S
from tests.support.id003_bench import SERIAL, Id003Bench, make

THOROUGH = pytest.mark.thorough
Start = Callable[..., Id003Bench]


def later(*values: object) -> list[Any]:
    """Values for the thorough run only."""
    return [pytest.param(value, marks=THOROUGH) for value in values]


@pytest.fixture
def start(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    made: list[Id003Bench] = []

    def begin(wrap: Callable[[Link], Link] = lambda link: link) -> Id003Bench:
        made.append(make(tmp_path, recorder, monkeypatch, wrap=wrap))
        return made[-1]

    yield begin
    for bench in made:
        bench.close()


def use(bench: Id003Bench, tries: int = 5, patience_s: float = 2.0) -> None:
    """Keep one note, as far as the line lets it; what failed is a result, not an exception."""
    for _ in range(tries):
        if bench.do(CashInStart("S1"), patience_s).outcome == "done":
            break
    if bench.obey("insert note 20")["taken"]:
        held = bench.recorder.wait_for(
            lambda it: isinstance(it, Reported) and isinstance(it.payload, NoteHeld), 2
        )
        if held is not None:
            bench.do(KeepNote("S1"), 3)


def has_ended(bench: Id003Bench) -> bool:
    """Whether the session is over; a cable that was just pulled may break the command once."""
    try:
        return bench.do(CashInEnd("S1"), 5).outcome != "unknown"
    except LinkError:
        return False


def settle(bench: Id003Bench) -> None:
    """On a clean line everything is settled: book and box agree."""
    bench.serves()
    bench.wait_until(lambda: has_ended(bench))
    bench.wait_until(bench.is_empty)
    bench.wait_until(lambda: bench.credited() == bench.stacked())

    def is_quiet() -> bool:
        tally = bench.book.tally(SERIAL)
        assert tally is not None
        return (tally.session, tally.events_lost, tally.under_way) == ("", "", "")

    bench.wait_until(is_quiet)


def use_once(bench: Id003Bench) -> None:
    """Keep one note on a good line."""
    assert bench.do(CashInStart("S1")).outcome == "done"
    bench.hold()
    assert bench.do(KeepNote("S1")).outcome == "done"
    settle(bench)
    assert bench.stacked() == [2000]


def test_on_a_clean_line_a_note_is_kept(start: Start) -> None:
    bench = start()
    bench.start()
    use_once(bench)


def test_one_byte_at_a_time_a_note_is_kept(start: Start) -> None:
    bench = start(BytewiseLink)
    bench.obey("link bytewise")
    bench.start(reply_timeout_s=0.2)
    use_once(bench)


@pytest.mark.parametrize("towards", ["device", *later("kiosk", "both")])
@pytest.mark.parametrize("seed", [1, *later(2, 3, 4, 5, 6, 7, 8)])
def test_a_fifth_of_all_writes_lost_credits_no_note_twice(
    start: Start, towards: str, seed: int
) -> None:
    dice = random.Random(seed)
    share = [0.0]
    bench = start(lambda link: LossyLink(link, share[0], dice))
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


@THOROUGH
def test_a_delay_below_the_time_out_changes_nothing(start: Start) -> None:
    bench = start()
    bench.obey("link delay 5")
    bench.start(reply_timeout_s=0.15)
    use_once(bench)


@pytest.mark.parametrize("milliseconds", [40, *later(70, 130)])
def test_a_delay_above_the_time_out_is_a_device_that_does_not_answer(
    start: Start, milliseconds: int
) -> None:
    bench = start()
    bench.start(reply_timeout_s=0.03)
    bench.obey(f"link delay {milliseconds}")
    use(bench, tries=1, patience_s=0.5)
    bench.obey("link clean")
    settle(bench)


@pytest.mark.parametrize("milliseconds", later(40, 70, 130))
def test_a_line_that_gets_slow_while_a_note_is_kept_credits_it_once(
    start: Start, milliseconds: int
) -> None:
    bench = start()
    bench.start(reply_timeout_s=0.03)
    bench.do(CashInStart("S1"))
    bench.hold()
    bench.obey(f"link delay {milliseconds}")
    bench.do(KeepNote("S1"), 2)
    bench.obey("link clean")
    settle(bench)


def test_after_a_flood_of_garbage_it_works_again(start: Start) -> None:
    bench = start()
    bench.start()
    assert bench.obey("garbage 60000")["sent"]
    bench.serves()
    use(bench)
    settle(bench)


@pytest.mark.parametrize(
    ("line", "undo", "states", "words"),
    [
        ("no reply on", "no reply off", {DeviceState.POWER_OFF}, "stopped answering"),
        pytest.param(
            *("bad crc on", "bad crc off", {DeviceState.OFFLINE}, "do not add up"), marks=THOROUGH
        ),
        pytest.param(*("half on", "half off", {DeviceState.OFFLINE}, "break off"), marks=THOROUGH),
        pytest.param(
            *("echo on", "echo off", {DeviceState.OFFLINE, DeviceState.ONLINE}, ""), marks=THOROUGH
        ),
        pytest.param(
            *("power off", "power on", {DeviceState.POWER_OFF}, "stopped answering"),
            marks=THOROUGH,
        ),
        ("unplug", "plug", {DeviceState.NO_DEVICE}, "check the cable|no such port"),
    ],
)
def test_bad_manners_end_in_a_status_that_tells_what_to_do_and_pass(
    start: Start, line: str, undo: str, states: set[DeviceState], words: str
) -> None:
    bench = start()
    bench.start(reply_timeout_s=0.02)
    bench.obey(line)
    assert bench.supervisor is not None
    supervisor = bench.supervisor

    def told() -> bool:
        status = supervisor.status
        helped = status.action is not None or status.usable
        return (
            status.device in states
            and helped
            and any(each in status.detail for each in words.split("|"))
        )

    bench.wait_until(told)
    bench.obey(undo)
    bench.serves()
    bench.do(CashInStart("S1"))
    use_once(bench)


@THOROUGH
def test_a_validator_that_refuses_every_command_is_to_be_reset(start: Start) -> None:
    bench = start()
    bench.obey("refuse on")
    bench.start()
    status = bench.is_now(DeviceState.HARDWARE_ERROR)
    assert status.action is Action.RESET
    bench.obey("refuse off")
    bench.serves()
    use_once(bench)


@THOROUGH
def test_nobody_there_is_no_device(start: Start) -> None:
    bench = start()
    bench.obey("power off")
    bench.start()
    status = bench.is_now(DeviceState.NO_DEVICE)
    assert "check power, cable and port" in status.detail


def test_an_adapter_that_gives_back_our_bytes_is_no_idle_validator(start: Start) -> None:
    bench = start()
    bench.obey("echo on")
    bench.start()
    status = bench.is_now(DeviceState.OFFLINE)
    assert status.action is Action.CONFIGURATION
    assert "no ID-003 validator answers" in status.detail
    assert bench.do(CashInStart("S1")).outcome == "not_done"
    assert bench.book.tally(SERIAL) is None or bench.credited() == []


@pytest.mark.negative_control
def test_by_its_status_alone_an_echo_would_pass_for_an_idle_validator() -> None:
    echoed = Frame.from_bytes(Frame(STATUS_REQUEST.code).to_bytes())
    assert Status.of(echoed) is not None


@THOROUGH
def test_an_echo_in_the_middle_of_a_note_never_passes_for_its_return(start: Start) -> None:
    bench = start()
    bench.start()
    bench.do(CashInStart("S1"))
    bench.obey("pace 200")
    bench.insert(20)
    bench.heard(NoteHeld)
    assert bench.supervisor is not None
    keeping = bench.supervisor.submit(KeepNote("S1"), 3)
    bench.wait_until(lambda: bench.state() == "STACKING")
    bench.obey("echo on")
    bench.is_now(DeviceState.OFFLINE)
    tally = bench.book.tally(SERIAL)
    assert tally is not None
    assert tally.under_way == "doubtful 2000 PEN20"
    bench.obey("echo off")
    keeping.result(WAIT_S)
    settle(bench)
    assert bench.credited() == [2000]


def test_another_kind_of_device_is_never_driven(start: Start, tmp_path: Path) -> None:
    bench = start()
    bench.simulator.stop()
    other = CoinSimulator(tmp_path / "port", None)
    bench.simulator = other  # pyright: ignore[reportAttributeAccessIssue]
    other.start()
    bench.start()
    assert bench.supervisor is not None
    assert not bench.supervisor.status.usable
    assert bench.do(CashInStart("S1")).outcome == "not_done"
    assert bench.supervisor.status.action is not None


def test_without_a_book_nothing_is_built() -> None:
    with pytest.raises(BookMissing):
        build(DeviceConfig("cash", "id003", "/dev/none"), lambda _event: None)
    model = load_model("id003")
    with pytest.raises(BookMissing):
        model.build(object(), dict(model.options), Wiring(lambda _report: None))


class Silent:
    """A link on which nothing ever comes; counts what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        self.sent.append(data)

    def close(self) -> None:
        return None


def test_a_stack_command_that_nobody_answers_is_never_repeated_blindly() -> None:
    link = Silent()
    line = Line(link, 0.0)
    line.until(float("inf"))
    line._in_step = True
    with pytest.raises(LineFault) as fault:
        line.ask(STACK_1)
    assert fault.value.sent
    assert link.sent == [Frame(STACK_1.code).to_bytes()]

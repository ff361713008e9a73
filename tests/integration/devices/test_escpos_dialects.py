"""Printers of every dialect end to end: what is wrong with them, what they prove, who they are."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices.driver import NotRun
from devices.escpos.driver import EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.faulty_links import BytewiseLink, DelayedLink, LossyLink
from devices.kinds.receipt_printer import PrintResult
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.link import Link, PtyCable, open_link, open_pty_pair
from devices.registry import DeviceConfig, build
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Supervisor
from tests.integration.devices.printing import (
    DEADLINE_S,
    FAST,
    assert_true,
    job,
    long_job,
    print_it,
    status_where,
    tickets,
    whole,
)

Make = Callable[..., Supervisor]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def printer(tmp_path: Path, spool: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(tmp_path / "printer", spool, seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def connect(printer: EscposSimulator, recorder: Any) -> Iterator[Make]:
    """A supervisor on the printer, which speaks the same dialect unless told otherwise."""
    made: list[Supervisor] = []

    def connected(dialect: str, spoken: str = "", **options: Any) -> Supervisor:
        printer.obey(f"dialect {spoken or dialect}")
        config = DeviceConfig(
            "slips", "escpos", printer.port, {**FAST, "dialect": dialect} | options
        )
        made.append(build(config, recorder))
        made[-1].start()
        return made[-1]

    yield connected
    for each in made:
        assert each.stop()


BROKEN, OFF = DeviceState.HARDWARE_ERROR, DeviceState.OFFLINE
# What is done to the printer, what puts it right, and what must be said of it.
TROUBLES = [
    ("paper low", "paper full", DeviceState.ONLINE, {"paper": "low"}, Action.MAINTENANCE, "roll"),
    ("paper out", "paper full", OFF, {"paper": "out"}, Action.MAINTENANCE, "roll"),
    ("cover open", "cover closed", OFF, {"cover": "open"}, Action.CLEAR, "close it"),
    ("cutter jammed", "cutter ok", BROKEN, {"cutter": "jammed"}, Action.CLEAR, "knife"),
    ("paper jammed", "paper full", BROKEN, {"paper": "jammed"}, Action.CLEAR, "take"),
    ("temperature high", "temperature ok", BROKEN, {"head": "hot"}, Action.SUSPEND, "cool"),
    ("memory failed", "memory ok", BROKEN, {}, Action.MAINTENANCE, "replace"),
    ("voltage wrong", "voltage ok", BROKEN, {}, Action.MAINTENANCE, ""),
    ("feed pressed", "feed released", DeviceState.DEVICE_BUSY, {}, Action.CLEAR, "button"),
]


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_every_trouble_has_its_word_its_action_and_a_sentence_for_the_technician(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    for command, remedy, device, parts, action, words in TROUBLES:
        printer.obey(command)
        found = recorder.wait_for(status_where(device, **parts))
        assert found, command
        assert (found.status.action, words in found.status.detail) == (action, True), command
        if device is not DeviceState.ONLINE:
            result = print_it(supervisor, "J-001", 2.0)
            wanted = Completion.HARDWARE_ERROR if device is BROKEN else Completion.DEVICE_NOT_READY
            assert (result.evidence, result.completion) == ("not_printed", wanted), command
        printer.obey(remedy)
        assert recorder.wait_for(status_where(DeviceState.ONLINE, paper="full")), remedy
    assert tickets(spool) == []


@pytest.mark.parametrize("line", ["clean", "bytewise", "delay 20"])
def test_a_custom_printer_proves_a_slip_by_its_counter_of_cuts(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, line: str
) -> None:
    supervisor = connect("custom")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    printer.obey(f"link {line}")
    for name in ("A-1", "A-2", "A-3"):
        assert print_it(supervisor, name).evidence == "printed"
    assert [whole(f"A-{n}", text) for n, text in enumerate(tickets(spool), 1)] == [True] * 3


def test_a_printer_of_another_dialect_never_gets_a_printed(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any
) -> None:
    """It answers status as Epson's do, and knows no process ids."""
    supervisor = connect("epson", spoken="custom", reply_timeout_s=0.05)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    result = print_it(supervisor, "J-001", 4.0)
    assert result.evidence == "unknown"
    printer.obey("status")
    assert whole("J-001", tickets(spool)[-1])


def test_a_printer_that_does_not_know_the_dialect_is_no_device_and_the_sentence_names_it(
    printer: EscposSimulator, connect: Make, recorder: Any
) -> None:
    connect("custom", spoken="epson")
    status = recorder.wait_for(status_where(DeviceState.NO_DEVICE)).status
    assert "option dialect" in status.detail


def test_a_job_without_a_cut_cannot_be_proved_by_counting_cuts(
    connect: Make, recorder: Any
) -> None:
    supervisor = connect("custom")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    hanging = job("J-001")
    uncut = type(hanging)("J-001", hanging.blocks[:-1])
    assert print_it(supervisor, uncut, 3.0).evidence == "unknown"


def test_a_printer_that_tells_nothing_prints_and_nothing_is_claimed(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any
) -> None:
    printer.obey("no reply on")
    supervisor = connect("none", spoken="epson")
    event = recorder.wait_for(status_where(DeviceState.ONLINE, paper="unknown"))
    assert "confirmed" in event.status.detail
    assert supervisor.capabilities["confirms"] is False
    result = print_it(supervisor, "J-001")
    assert (result.completion, result.evidence) == (Completion.SUCCESS, "unknown")
    until = time.monotonic() + 5.0
    while not tickets(spool):
        assert time.monotonic() < until, "it never came out"
        printer.obey("status")
    assert [whole("J-001", text) for text in tickets(spool)] == [True]


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_a_power_cycle_amid_a_slip_leaves_it_unknown_and_the_next_is_clean(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert print_it(supervisor, "J-000").evidence == "printed"
    printer.obey("speed 2000")
    broken = supervisor.submit(long_job("J-001", 60), 0.7)
    wait_until(lambda: int(str(printer.obey("status")["waiting_bytes"])) > 200)
    printer.obey("power cycle")
    printer.obey("speed 0")
    result = broken.result(6)
    assert isinstance(result, PrintResult)
    assert result.evidence == "unknown"
    after = print_it(supervisor, "J-002")
    assert after.evidence == "printed"
    assert_true(result, spool)
    assert tickets(spool)[-1].count("Turno") == 1


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_paper_that_runs_out_amid_a_slip_is_unknown_at_once(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    printer.obey("speed 2000")
    began = time.monotonic()
    running = supervisor.submit(long_job("J-001", 60), 30.0)
    wait_until(lambda: int(str(printer.obey("status")["waiting_bytes"])) > 200)
    printer.obey("paper out")
    result = running.result(20)
    assert isinstance(result, PrintResult)
    assert (result.completion, result.evidence) == (Completion.DEVICE_NOT_READY, "unknown")
    assert result.status.parts["paper"] == "out"
    assert time.monotonic() - began < 15.0
    assert_true(result, spool)


def test_status_that_comes_unasked_ends_the_wait(printer: EscposSimulator, tmp_path: Path) -> None:
    """The reply time-out is longer than the test: only automatic status can end it so soon."""
    printer.obey("automatic on")
    driver = EscposDriver(open_link(printer.port), reply_timeout_s=0.6)
    assert driver.execute(job("J-000"), time.monotonic() + 10)
    printer.obey("speed 500")
    timer = threading.Timer(0.2, lambda: printer.obey("cover open"))
    timer.start()
    began = time.monotonic()
    result = driver.execute(long_job("J-001", 40), began + 20)
    timer.join()
    driver.close()
    assert isinstance(result, PrintResult)
    assert (result.evidence, result.status.parts["cover"]) == ("unknown", "open")


class WholeJobDriver(EscposDriver):
    """Broken on purpose: sends a job at once, however small the printer's buffer is."""

    def _print(self, job: Any, pieces: Any, deadline: float, *, provable: bool) -> PrintResult:
        whole_job = (
            type(pieces[0])(b"".join(each.data for each in pieces), sum(e.cuts for e in pieces)),
        )
        return super()._print(job, whole_job, deadline, provable=provable)


def _print_long(
    kind: type[EscposDriver], printer: EscposSimulator, dialect: str, patience_s: float = 10.0
) -> PrintResult:
    """More than the buffer holds, on a line that cannot be held up."""
    printer.obey(f"dialect {dialect}")
    for line in ("buffer 4096", "speed 40000"):
        printer.obey(line)
    driver = kind(open_link(printer.port), dialect=dialect, reply_timeout_s=0.1)
    result = driver.execute(long_job("J-001", 120), time.monotonic() + patience_s)
    driver.close()
    assert isinstance(result, PrintResult)
    return result


def assert_without_holes(result: PrintResult, spool: Path) -> None:
    assert_true(result, spool)
    if result.evidence == "printed":
        [text] = [each for each in tickets(spool) if "Turno J-001" in each]
        missing = [n for n in range(120) if f"J-001 línea {n} de un turno muy largo" not in text]
        assert not missing, f"{len(missing)} lines of a printed slip are missing"


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_a_slip_longer_than_the_printers_buffer_is_printed_whole(
    printer: EscposSimulator, spool: Path, dialect: str
) -> None:
    result = _print_long(EscposDriver, printer, dialect)
    assert result.evidence == "printed"
    assert_without_holes(result, spool)


@pytest.mark.negative_control
def test_a_driver_that_overfills_the_buffer_is_caught(
    printer: EscposSimulator, spool: Path
) -> None:
    """Whether the fence comes through or is lost as well: the slip has a hole."""
    result = _print_long(WholeJobDriver, printer, "epson", 0.8)
    claimed = replace(result, evidence="printed")
    with pytest.raises(AssertionError, match=r"claimed to be printed|are missing"):
        assert_without_holes(claimed, spool)


@pytest.mark.parametrize("dialect", ["epson", "custom"])
@pytest.mark.parametrize(("sent", "received"), [(0.2, 0), (0.0, 20), (0.2, 20)])
def test_lost_writes_in_either_direction_never_make_a_claim_false(
    printer: EscposSimulator, spool: Path, dialect: str, sent: float, received: int
) -> None:
    printer.obey(f"dialect {dialect}")
    printer.obey(f"link lossy {received}")
    lossy = LossyLink(open_link(printer.port), sent, random.Random(5))
    driver = EscposDriver(lossy, dialect=dialect, reply_timeout_s=0.02)
    results = [driver.execute(job(f"L{n}"), time.monotonic() + 0.4) for n in range(3)]
    driver.close()
    printer.obey("status")
    for result in results:
        assert isinstance(result, PrintResult)
        assert_true(result, spool)


@pytest.mark.parametrize("line", [BytewiseLink, lambda inner: DelayedLink(inner, 0.02)])
def test_a_slow_or_piecemeal_sender_prints_as_usual(
    printer: EscposSimulator, spool: Path, line: Callable[[Link], Link]
) -> None:
    driver = EscposDriver(line(open_link(printer.port)), reply_timeout_s=0.2)
    result = driver.execute(job("J-001"), time.monotonic() + 40)
    driver.close()
    assert isinstance(result, PrintResult)
    assert result.evidence == "printed"
    assert_true(result, spool)


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_bad_replies_are_no_printer_and_prove_nothing(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect, reply_timeout_s=0.03)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    printer.obey("bad reply on")
    status = recorder.wait_for(
        lambda event: not event.status.usable and event.status.detail != ""
    ).status
    assert status.device in (DeviceState.OFFLINE, DeviceState.NO_DEVICE)
    result = print_it(supervisor, "J-001", 0.3)
    assert result.evidence == "not_printed"
    assert tickets(spool) == []
    printer.obey("bad reply off")
    assert recorder.wait_for(status_where(DeviceState.ONLINE), 10)


class Other:
    """Another device on the port: answers every write with what ``answer`` makes of it."""

    def __init__(self, cable: PtyCable, answer: Callable[[bytes], bytes]) -> None:
        self._cable = cable
        self._answer = answer
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            data = self._cable.read(256, 0.02)
            if data:
                self._cable.write(self._answer(data))

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._cable.close()


OTHERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("an echo", lambda data: data),
    ("ccTalk's NAK", lambda _data: bytes.fromhex("01 00 28 05 D2")),
    ("ID-003 idle", lambda _data: bytes.fromhex("FC 05 11 27 56")),
    ("a reader", lambda _data: b"I<PER10117410<7<<<<<<<<<<<<<<<\r"),
    ("high bits", lambda _data: b"\xff\xfe\xff"),
]


@pytest.mark.parametrize("dialect", ["epson", "custom"])
@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other[0])
def test_another_device_on_the_port_is_a_matter_of_configuration(
    tmp_path: Path, other: Any, dialect: str
) -> None:
    stranger = Other(open_pty_pair(tmp_path / "printer"), other[1])
    driver = EscposDriver(
        open_link(str(tmp_path / "printer")), dialect=dialect, reply_timeout_s=0.04
    )
    statuses = [driver.probe()]
    while statuses[-1].device is not DeviceState.OFFLINE and len(statuses) < 20:
        statuses.append(driver.probe())  # a busy machine is late at times, and late is silent
    result = driver.execute(job("J-001"), time.monotonic() + 0.1)
    driver.close()
    stranger.stop()
    assert not any(status.usable for status in statuses)
    strange = [status for status in statuses if status.device is DeviceState.OFFLINE]
    assert strange, statuses
    assert {status.action for status in strange} == {Action.CONFIGURATION}
    assert "correct the port" in strange[0].detail
    assert isinstance(result, PrintResult)
    assert result.evidence == "not_printed"


@pytest.mark.parametrize("dialect", ["epson", "custom", "none"])
def test_a_flood_is_survived_with_bounded_buffers(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect, spoken="custom" if dialect == "custom" else "epson")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert printer.obey("garbage 20000")["sent"]
    printer.obey("paper low")
    if dialect != "none":
        assert recorder.wait_for(status_where(DeviceState.ONLINE, paper="low"), 10)
    result = print_it(supervisor, "J-001")
    assert result.evidence == ("unknown" if dialect == "none" else "printed")
    printer.obey("status")
    assert_true(result, spool)


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_the_self_test_prints_one_slip_and_says_what_it_found(
    printer: EscposSimulator, connect: Make, spool: Path, recorder: Any, dialect: str
) -> None:
    supervisor = connect(dialect)
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    result = supervisor.submit(SelfTest(), DEADLINE_S).result(DEADLINE_S + 1)
    assert isinstance(result, SelfTestResult)
    assert result.completion is Completion.SUCCESS
    assert [step.passed for step in result.steps] == [True] * 3
    [slip] = tickets(spool)
    assert "PRUEBA DE IMPRESORA" in slip
    assert "ÁÉÍÓÚ áéíóú ñÑ üÜ" in slip


@pytest.mark.parametrize(
    ("line", "passed"), [("paper out", [True, False, False]), ("no reply on", [False] * 3)]
)
def test_the_self_test_of_a_printer_that_is_not_well_fails_and_says_why(
    printer: EscposSimulator, spool: Path, line: str, passed: list[bool]
) -> None:
    printer.obey(line)
    driver = EscposDriver(open_link(printer.port), reply_timeout_s=0.05)
    result = driver.execute(SelfTest(), time.monotonic() + 2)
    driver.close()
    assert isinstance(result, SelfTestResult)
    assert [step.passed for step in result.steps] == passed
    assert result.completion is Completion.HARDWARE_ERROR
    assert all(step.found for step in result.steps)
    assert tickets(spool) == []


def test_a_command_of_another_kind_is_turned_away(printer: EscposSimulator) -> None:
    driver = EscposDriver(open_link(printer.port), reply_timeout_s=0.05)
    refused = driver.execute("dance", time.monotonic() + 1)
    driver.close()
    assert isinstance(refused, NotRun)
    assert refused.completion is Completion.UNSUPPORTED_COMMAND


def test_nothing_of_a_slip_is_in_the_record_of_its_link(printer: EscposSimulator) -> None:
    link = open_link(printer.port)
    driver = EscposDriver(link, reply_timeout_s=0.2)
    driver.execute(job("J-PRUEBA"), time.monotonic() + 5)
    shown = b"".join(entry.shown for entry in link.raw.entries())
    driver.close()
    assert b"PRUEBA" not in shown
    assert b"Turno" not in shown


def test_a_pictured_slip_is_drawn_for_people(
    printer: EscposSimulator, connect: Make, recorder: Any
) -> None:
    supervisor = connect("epson")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert print_it(supervisor, "J-001").evidence == "printed"
    drawn = str(printer.obey("picture 1")["picture"])
    assert Path(drawn).read_bytes().startswith(b"\x89PNG")
    assert os.path.getsize(drawn) < 200_000


def wait_until(true: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Ask again and again until it is true."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "it never came true"

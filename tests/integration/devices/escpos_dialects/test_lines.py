"""Printers of every dialect end to end: small buffers, bad lines, strangers on the port."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices.escpos.driver import EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.faulty_links import BytewiseLink, DelayedLink, LossyLink
from devices.kinds.receipt_printer import PrintResult
from devices.link import Link, PtyCable, open_link, open_pty_pair
from devices.status import Action, DeviceState
from tests.integration.devices.printing import (
    Make,
    assert_true,
    job,
    long_job,
    print_it,
    status_where,
    tickets,
)


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
    driver = kind(open_link(printer.port), dialect=dialect, reply_timeout_s=0.5)
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
@pytest.mark.parametrize(
    ("sent", "received"),
    [
        pytest.param(0.2, 0, marks=pytest.mark.thorough),
        pytest.param(0.0, 20, marks=pytest.mark.thorough),
        (0.2, 20),
    ],
)
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
    driver = EscposDriver(line(open_link(printer.port)), reply_timeout_s=1.0)
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


def test_nothing_of_a_slip_is_in_the_record_of_its_link(printer: EscposSimulator) -> None:
    link = open_link(printer.port)
    driver = EscposDriver(link, reply_timeout_s=1.0)
    driver.execute(job("J-PRUEBA"), time.monotonic() + 5)
    shown = b"".join(entry.shown for entry in link.raw.entries())
    driver.close()
    assert b"PRUEBA" not in shown
    assert b"Turno" not in shown

"""A receipt printer end to end: supervisor, driver, pseudo-terminal, simulated printer."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.escpos.driver import EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.kinds.receipt_printer import Cut, PrintJob, PrintResult, Text
from devices.link import Link, open_link
from devices.registry import DeviceConfig, build
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Supervisor
from tests.integration.devices.printing import (
    DEADLINE_S,
    FAST,
    assert_true,
    job,
    print_it,
    status_where,
    tickets,
)


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
def supervisor(printer: EscposSimulator, tmp_path: Path, recorder: Any) -> Iterator[Supervisor]:
    config = DeviceConfig("slips", "escpos", str(tmp_path / "printer"), FAST)
    made = build(config, recorder)
    made.start()
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    yield made
    assert made.stop()


@pytest.mark.parametrize("link", ["clean", "bytewise", "delay 20"])
def test_a_job_is_printed_and_confirmed(
    supervisor: Supervisor, printer: EscposSimulator, spool: Path, link: str
) -> None:
    printer.obey(f"link {link}")
    result = print_it(supervisor, "J-042")
    assert (result.job_id, result.completion, result.evidence) == (
        "J-042",
        Completion.SUCCESS,
        "printed",
    )
    [text] = tickets(spool)
    assert "Turno J-042 ñ" in text
    assert "[QR: J-042]" in text
    assert (spool / "001.bin").read_bytes().endswith(b"\x1dV\x00")


def test_answers_later_than_the_time_out_mean_no_device_and_nothing_is_printed(
    supervisor: Supervisor, printer: EscposSimulator, recorder: Any, spool: Path
) -> None:
    printer.obey("link delay 700")
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE))
    result = print_it(supervisor, "late", 0.7)
    assert (result.completion, result.evidence) == (Completion.DEVICE_NOT_READY, "not_printed")
    assert tickets(spool) == []


class JobLosingLink:
    """Passes questions, fences and cuts, and loses whole jobs, silently."""

    def __init__(self, inner: Link) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._inner.read(max_bytes, timeout_s)

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        if b"Turno" not in data:
            self._inner.write(data, timeout_s)

    def close(self) -> None:
        self._inner.close()


class BelievingDriver(EscposDriver):
    """Broken on purpose: takes a write that returned, and a healthy printer, for a print."""

    def _await_passed(self, until: float) -> bool:
        return True


def _claim_over_a_losing_link(kind: type[EscposDriver], path: Path, dialect: str) -> PrintResult:
    driver = kind(JobLosingLink(open_link(str(path))), dialect=dialect, reply_timeout_s=0.1)
    try:
        result = driver.execute(job("J-001"), time.monotonic() + 0.6)
    finally:
        driver.close()
    assert isinstance(result, PrintResult)
    return result


@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_a_job_lost_on_the_way_is_unknown_though_the_printer_is_healthy(
    printer: EscposSimulator, tmp_path: Path, spool: Path, dialect: str
) -> None:
    printer.obey(f"dialect {dialect}")
    result = _claim_over_a_losing_link(EscposDriver, tmp_path / "printer", dialect)
    assert (result.completion, result.evidence) == (Completion.TIME_OUT, "unknown")
    assert_true(result, spool)


@pytest.mark.negative_control
@pytest.mark.parametrize("dialect", ["epson", "custom"])
def test_a_driver_that_believes_a_write_is_a_print_is_caught(
    printer: EscposSimulator, tmp_path: Path, spool: Path, dialect: str
) -> None:
    printer.obey(f"dialect {dialect}")
    result = _claim_over_a_losing_link(BelievingDriver, tmp_path / "printer", dialect)
    with pytest.raises(AssertionError, match="was claimed to be printed"):
        assert_true(result, spool)


def test_a_printer_that_goes_mute_after_printing_leaves_the_outcome_unknown(
    supervisor: Supervisor, printer: EscposSimulator, spool: Path
) -> None:
    printer.obey("no_reply after_job")
    result = print_it(supervisor, "J-007", 0.5)
    assert (result.completion, result.evidence) == (Completion.TIME_OUT, "unknown")
    assert len(tickets(spool)) == 1


def test_a_mute_printer_is_no_device_until_it_answers_again(
    supervisor: Supervisor, printer: EscposSimulator, recorder: Any
) -> None:
    printer.obey("no_reply on")
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE, paper="unknown"))
    printer.obey("no_reply off")
    assert recorder.wait_for(status_where(DeviceState.ONLINE, paper="full"), 10)


def test_low_paper_still_prints_and_says_so(
    supervisor: Supervisor, printer: EscposSimulator, recorder: Any
) -> None:
    printer.obey("paper low")
    event = recorder.wait_for(status_where(DeviceState.ONLINE, paper="low"))
    assert event.status.action is Action.MAINTENANCE
    assert print_it(supervisor, "J-001").evidence == "printed"


def test_an_unplugged_printer_lets_jobs_expire_unprinted_and_comes_back(
    supervisor: Supervisor, printer: EscposSimulator, recorder: Any
) -> None:
    printer.obey("unplug")
    assert recorder.wait_for(status_where(DeviceState.NO_DEVICE))
    result = print_it(supervisor, "J-001", 0.1)
    assert (result.completion, result.evidence) == (Completion.TIME_OUT, "not_printed")
    printer.obey("plug")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert print_it(supervisor, "J-002").evidence == "printed"


class BabblingLink:
    """Never falls silent: full of bytes that look like answers."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return b"\x12" * max_bytes

    def write(self, data: bytes, timeout_s: float = 1.0) -> None:
        return None

    def close(self) -> None:
        return None


def test_a_line_that_never_falls_silent_is_no_device_within_the_deadline(spool: Path) -> None:
    driver = EscposDriver(BabblingLink(), reply_timeout_s=0.02)
    began = time.monotonic()
    result = driver.execute(job("J-001"), began + 0.2)
    assert isinstance(result, PrintResult)
    assert (result.completion, result.evidence) == (Completion.DEVICE_NOT_READY, "not_printed")
    assert time.monotonic() - began < 10.0


def test_a_job_that_cannot_be_composed_is_invalid_and_nothing_is_sent(
    supervisor: Supervisor, spool: Path
) -> None:
    bad = PrintJob("J-001", (Text("a\x1bb"), Cut()))
    result = supervisor.submit(bad, DEADLINE_S).result(DEADLINE_S)
    assert isinstance(result, PrintResult)
    assert (result.completion, result.evidence) == (Completion.INVALID_DATA, "not_printed")
    assert tickets(spool) == []

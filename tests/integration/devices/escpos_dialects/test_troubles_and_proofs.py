"""Printers of every dialect end to end: what is wrong with them and what they prove."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from devices.driver import NotRun
from devices.escpos.driver import EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.kinds.receipt_printer import PrintResult
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.link import open_link
from devices.status import Action, Completion, DeviceState
from tests.integration.devices.printing import (
    DEADLINE_S,
    Make,
    assert_true,
    job,
    long_job,
    print_it,
    status_where,
    tickets,
    wait_until,
    whole,
)

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
    supervisor = connect("epson", spoken="custom", reply_timeout_s=0.3)
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


def test_a_pictured_slip_is_drawn_for_people(
    printer: EscposSimulator, connect: Make, recorder: Any
) -> None:
    supervisor = connect("epson")
    assert recorder.wait_for(status_where(DeviceState.ONLINE))
    assert print_it(supervisor, "J-001").evidence == "printed"
    drawn = str(printer.obey("picture 1")["picture"])
    assert Path(drawn).read_bytes().startswith(b"\x89PNG")
    assert os.path.getsize(drawn) < 200_000

"""Has every device test itself, and writes down for technicians what was found."""

from collections.abc import Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotInTime

from devices.errors import DeviceError
from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Rule, Text
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.status import Completion
from devices.supervisor import Supervisor
from kiosk.flow.staff.states import TestedPart, TestEnd

TEST_S = 20.0
"""A device's own time; one after another, so that paper and money parts do not mix."""


def prove(device: Supervisor) -> TestedPart:
    """How the self-test of `device` ended, within `TEST_S` seconds and a little."""
    try:
        result = device.submit(SelfTest(), TEST_S).result(TEST_S + 2)
    except (DeviceError, NotInTime, CancelledError) as failed:
        found = str(failed) or type(failed).__name__
        return TestedPart(device.device, device.kind, TestEnd.FAILED, found)
    if not isinstance(result, SelfTestResult):
        return TestedPart(device.device, device.kind, TestEnd.NOT_RUN, device.status.detail)
    wrong = "; ".join(f"{each.name}: {each.found}" for each in result.steps if not each.passed)
    well = result.completion is Completion.SUCCESS
    return TestedPart(device.device, device.kind, TestEnd.PASSED if well else TestEnd.FAILED, wrong)


def report(job_id: str, code: str, when: str, parts: Sequence[TestedPart]) -> PrintJob:
    """The report as paper: the kiosk, the hour, a line a device, what failed."""
    lines: list[Block] = [
        Text("PRUEBA DE EQUIPOS", align="center", bold=True),
        Text(f"Quiosco {code}  {when}", align="center"),
        Rule(),
    ]
    for each in parts:
        lines.append(Text(f"{_WORDS[each.end]:<10}{each.name} ({each.kind})"))
        if each.found:
            lines.append(Text(f"  {each.found[:160]}"))
    return PrintJob(job_id, (*lines, Rule(), Feed(2), Cut()))


_WORDS = {TestEnd.PASSED: "BIEN", TestEnd.FAILED: "FALLA", TestEnd.NOT_RUN: "NO PROBADO"}

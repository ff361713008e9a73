"""Answers nobody asked for: none is ever taken for the answer to a later question.

Real-time answers do not say what they answer, so one too many would shift all that follow: paper
that ran out would be read as a cover that is open, for good.
"""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.escpos.composer import compose
from devices.escpos.conversation import Conversation
from devices.escpos.driver import EscposDriver
from devices.escpos.simulator import EscposSimulator
from devices.faulty_links import BytewiseLink
from devices.kinds.receipt_printer import Cut, Logo, PrintJob, PrintResult, Text
from devices.link import open_link
from devices.status import DeviceState, DeviceStatus

STRAY = b"\x12"  # as noise on a line may look: real-time status with nothing to tell
QUESTION = 0x100401  # DLE EOT 1, as three bytes of a picture
ROUNDS = 8


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[EscposSimulator]:
    simulator = EscposSimulator(tmp_path / "printer", tmp_path / "spool")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def driver(printer: EscposSimulator) -> Iterator[EscposDriver]:
    """As on a slow line, no two answers are read at once."""
    made = EscposDriver(BytewiseLink(open_link(printer.port)), reply_timeout_s=0.2)
    first_usable(made)
    yield made
    made.close()


def first_usable(driver: EscposDriver) -> DeviceStatus:
    statuses = [driver.poll()]
    while not statuses[-1].usable:
        assert len(statuses) < ROUNDS, statuses
        statuses.append(driver.poll())
    return statuses[-1]


def check_told(driver: EscposDriver, printer: EscposSimulator) -> None:
    """Raise AssertionError where the driver says another thing than what is the matter."""
    printer.obey("paper low")
    assert first_usable(driver).parts["paper"] == "low"
    printer.obey("cover open")
    status = driver.poll()
    assert (status.device, status.parts["cover"]) == (DeviceState.OFFLINE, "open")
    printer.obey("cover closed")
    printer.obey("paper full")
    assert first_usable(driver).parts["paper"] == "full"


def test_a_stray_byte_between_two_rounds_shifts_no_answer(
    driver: EscposDriver, printer: EscposSimulator
) -> None:
    printer.send(STRAY)
    check_told(driver, printer)


def logo() -> bytes:
    """A picture whose bytes hold a question, which a printer answers wherever it stands."""
    picture = Image.new("1", (24, 8), 1)
    for place, bit in enumerate(f"{QUESTION:024b}"):
        picture.putpixel((place, 3), bit == "0")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_a_picture_that_holds_a_question_is_printed_and_shifts_no_answer(
    driver: EscposDriver, printer: EscposSimulator
) -> None:
    job = PrintJob("J-001", (Text("Turno"), Logo(logo()), Cut()))
    assert QUESTION.to_bytes(3) in compose(job)
    result = driver.execute(job, time.monotonic() + 10.0)
    assert isinstance(result, PrintResult)
    assert result.evidence == "printed"
    check_told(driver, printer)


@pytest.mark.negative_control
def test_a_driver_that_takes_whatever_is_there_is_caught(
    driver: EscposDriver, printer: EscposSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conversation, "_mind_unasked", lambda _self: None)
    printer.send(STRAY)
    with pytest.raises(AssertionError):
        check_told(driver, printer)

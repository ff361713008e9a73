"""A keyboard reader end to end: recorded key events through a pipe, and a simulated reader."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.documents.mrz import Refusal
from devices.input_link import NOT_GRABBED
from devices.keyboard_wedge.driver import NO_ZONE
from devices.keyboard_wedge.protocol import typed_packets
from devices.keyboard_wedge.simulator import WedgeSimulator
from devices.kinds.document_reader import DocumentRead, ReadFailed
from devices.registry import DeviceConfig, build
from devices.simulated_reader import SAMPLE
from devices.status import Action, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor
from tests.integration.devices.cut_cable import CutCable, opener, supervise

SPECIMEN_B = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
PRESENT_B = "present " + "|".join(SPECIMEN_B)
AT_US = 1_763_719_328_000_000


def reported(event: Any) -> bool:
    return isinstance(event, Reported)


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


def number_in(event: Any) -> str:
    return event.payload.document.number if isinstance(event.payload, DocumentRead) else ""


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[WedgeSimulator]:
    simulator = WedgeSimulator(tmp_path / "event0", seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def supervisor(reader: WedgeSimulator, recorder: Any) -> Iterator[Supervisor]:
    made = build(DeviceConfig("front", "wedge-mrz", reader.port), recorder)
    made.start()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    yield made
    assert made.stop()


def test_recorded_key_events_through_a_pipe_are_a_document(tmp_path: Path, recorder: Any) -> None:
    pipe = tmp_path / "event7"
    os.mkfifo(pipe)
    made = build(DeviceConfig("front", "wedge-mrz", str(pipe)), recorder)
    made.start()
    try:
        assert recorder.wait_for(state_is(DeviceState.ONLINE)).status.detail == NOT_GRABBED
        with pipe.open("wb", buffering=0) as device:
            device.write(typed_packets("\r".join(SAMPLE) + "\r", AT_US))
            assert number_in(recorder.wait_for(reported)) == "10117410"
        assert recorder.wait_for(state_is(DeviceState.NO_DEVICE)).status.action is Action.RESET
        assert made.capabilities["grabbed"] is False
    finally:
        assert made.stop()


@pytest.mark.parametrize("link", ["clean", "bytewise", "delay 60"])
def test_a_typed_document_is_read_right(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any, link: str
) -> None:
    """On a busy machine a byte may come late: then it is refused, and typed again."""
    reader.obey(f"link {link}")
    read = {number_of_a_typed_one(reader, recorder) for _ in range(3)}
    assert read - {""} == {"10117410"}


def number_of_a_typed_one(reader: WedgeSimulator, recorder: Any) -> str:
    reader.obey("present")
    return number_in(recorder.wait_for(reported))


def test_lines_later_than_the_silence_are_a_failed_reading_never_a_wrong_one(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    reader.obey("link delay 260")
    reader.obey("present")
    assert recorder.wait_for(reported).payload == ReadFailed(Refusal.UNREADABLE)


def test_lost_writes_give_the_right_document_or_a_failure_never_a_mixture(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    reader.obey("link lossy 20")
    read = 0
    for turn in range(6):
        reader.obey(("present", PRESENT_B)[turn % 2])
        event = recorder.wait_for(reported, 0.4)
        if event is not None and number_in(event):
            assert number_in(event) in ("10117410", "D23145890")
            read += 1
    assert read > 0


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("bad check digit", Refusal.CHECK_DIGIT),
        ("unreadable", Refusal.UNREADABLE),
        ("drop", Refusal.UNREADABLE),
    ],
)
def test_what_cannot_be_read_right_is_read_again(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any, command: str, reason: Refusal
) -> None:
    reader.obey(command)
    assert recorder.wait_for(reported).payload == ReadFailed(reason)


def test_after_a_flood_of_garbage_the_next_document_is_read(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    assert reader.obey("garbage 60000")["sent"]
    recorder.wait_for(reported, 1.0)
    for _ in range(5):
        reader.obey("present")
        if number_in(recorder.wait_for(reported)):
            return
    raise AssertionError("no document was read after the flood")


def test_a_keyboard_that_types_no_zone_is_told_to_the_technician(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    while supervisor.status.usable:
        reader.obey("type hello, this is a keyboard")
        recorder.wait_for(lambda event: not reported(event), 0.3)
    status = supervisor.status
    assert (status.action, status.detail) == (Action.CONFIGURATION, NO_ZONE)


def test_an_unplugged_reader_comes_back_when_plugged(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    reader.obey("unplug")
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    reader.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    reader.obey(PRESENT_B)
    assert number_in(recorder.wait_for(reported)) == "D23145890"


def assert_cuts_are_survived(tmp_path: Path, recorder: Any, positions: list[int]) -> None:
    """Each time the device goes away after so many bytes of A; then B is typed."""
    pipe = tmp_path / "event0"
    os.mkfifo(pipe)
    cable = CutCable(opener("wedge-mrz", str(pipe)), lambda: None)
    supervisor = supervise("wedge-mrz", cable, recorder)
    supervisor.start()
    first = typed_packets("\r".join(SAMPLE) + "\r", AT_US)
    second = typed_packets("\r".join(SPECIMEN_B) + "\r", AT_US)
    try:
        for position in positions:
            assert recorder.wait_for(state_is(DeviceState.ONLINE))
            with pipe.open("wb", buffering=0) as device:
                device.write(first[:position])
            while reported(event := recorder.wait_for(_reported_or_gone)):
                assert number_in(event) in ("", "10117410")
            assert recorder.wait_for(state_is(DeviceState.ONLINE))
            with pipe.open("wb", buffering=0) as device:
                device.write(second)
                assert number_in(recorder.wait_for(reported)) == "D23145890"
    finally:
        assert supervisor.stop()


def _reported_or_gone(event: Any) -> bool:
    return reported(event) or state_is(DeviceState.NO_DEVICE)(event)


TOTAL = len(typed_packets("\r".join(SAMPLE) + "\r", AT_US))


def test_a_reader_unplugged_at_any_byte_reads_the_next_document(
    tmp_path: Path, recorder: Any
) -> None:
    assert_cuts_are_survived(tmp_path, recorder, [0, 1, 24, 5000, TOTAL - 1, TOTAL])


@pytest.mark.thorough
def test_fifty_unpluggings_are_survived(tmp_path: Path, recorder: Any) -> None:
    dice = random.Random(6)
    assert_cuts_are_survived(tmp_path, recorder, [dice.randrange(TOTAL) for _ in range(50)])


def test_a_bank_card_is_told_as_one(
    supervisor: Supervisor, reader: WedgeSimulator, recorder: Any
) -> None:
    reader.obey("bank card")
    assert recorder.wait_for(reported).payload == ReadFailed(Refusal.BANK_CARD)
    assert supervisor.status.device is DeviceState.ONLINE

"""A serial MRZ reader end to end: supervisor, driver, pseudo-terminal, simulated reader."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from devices.documents.mrz import Refusal
from devices.driver import NotRun
from devices.kinds.document_reader import DocumentRead, ReadFailed
from devices.registry import DeviceConfig, build
from devices.serial_mrz.protocol import pieces
from devices.serial_mrz.simulator import SerialMrzSimulator
from devices.status import Completion, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor

DNI_A = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
SPECIMEN_B = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
PRESENT_A = "present " + "|".join(DNI_A)
PRESENT_B = "present " + "|".join(SPECIMEN_B)


def reported(event: Any) -> bool:
    return isinstance(event, Reported)


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SerialMrzSimulator]:
    simulator = SerialMrzSimulator(tmp_path / "reader", seed=7)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def supervisor(reader: SerialMrzSimulator, tmp_path: Path, recorder: Any) -> Iterator[Supervisor]:
    made = build(DeviceConfig("mrz", "serial-mrz", str(tmp_path / "reader")), recorder)
    made.start()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    yield made
    assert made.stop()


def is_document_a(payload: object) -> bool:
    return (
        isinstance(payload, DocumentRead)
        and payload.document_type == "01"
        and payload.document.number == "10117410"
        and payload.document.birth_date == date(1980, 1, 1)
        and (payload.document.surname, payload.document.given_names) == ("PRUEBA", "JUAN CARLOS")
    )


def is_document_b(payload: object) -> bool:
    return (
        isinstance(payload, DocumentRead)
        and payload.document_type == ""
        and payload.document.number == "D23145890"
        and payload.document.birth_date == date(1974, 8, 12)
        and (payload.document.surname, payload.document.given_names) == ("ERIKSSON", "ANNA MARIA")
    )


@pytest.mark.parametrize("framing", ["plain", "stx"])
@pytest.mark.parametrize("link", ["clean", "bytewise", "delay 60"])
def test_a_document_is_read_right(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str, link: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey(f"link {link}")
    reader.obey(PRESENT_A)
    event = recorder.wait_for(reported)
    assert event is not None
    assert (event.device, event.kind) == ("mrz", "document_reader")
    assert is_document_a(event.payload)


@pytest.mark.parametrize("framing", ["plain", "stx"])
def test_lines_later_than_the_silence_are_a_failed_reading_never_a_wrong_one(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey("link delay 260")
    reader.obey(PRESENT_A)
    event = recorder.wait_for(reported)
    assert event is not None
    assert event.payload == ReadFailed(Refusal.UNREADABLE)


@pytest.mark.parametrize("framing", ["plain", "stx"])
def test_lost_writes_give_the_right_document_or_a_failure_never_a_mixture(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey("link lossy 20")
    read = 0
    for turn in range(6):
        reader.obey((PRESENT_A, PRESENT_B)[turn % 2])
        event = recorder.wait_for(reported, 0.4)
        if event is not None and isinstance(event.payload, DocumentRead):
            assert is_document_a(event.payload) or is_document_b(event.payload)
            read += 1
    assert read > 0


@pytest.mark.parametrize(
    ("born", "reason"), [("8001015M", Refusal.CHECK_DIGIT), ("80?1014M", Refusal.UNREADABLE)]
)
def test_a_wrong_check_digit_and_an_unreadable_mark_are_told_apart(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, born: str, reason: Refusal
) -> None:
    reader.obey("framing stx")
    reader.obey(PRESENT_A.replace("8001014M", born))
    assert recorder.wait_for(reported).payload == ReadFailed(reason)


def test_after_a_flood_of_garbage_the_next_document_is_read(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    assert reader.obey("garbage 60000")["sent"]
    reader.obey("framing stx")
    reader.obey(PRESENT_A)
    floods = 0
    while not is_document_a((event := recorder.wait_for(reported)).payload):
        assert isinstance(event.payload, ReadFailed)
        floods += 1
    assert floods <= 10


def test_an_unplugged_reader_is_no_device_and_comes_back_when_plugged(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("unplug")
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    reader.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    reader.obey(PRESENT_B)
    assert is_document_b(recorder.wait_for(reported).payload)


def test_a_reader_takes_no_commands(supervisor: Supervisor) -> None:
    result = supervisor.submit("beep", 5).result(5)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.UNSUPPORTED_COMMAND


def test_the_simulator_sends_the_bytes_of_its_framing(
    reader: SerialMrzSimulator, tmp_path: Path
) -> None:
    assert b"".join(pieces(DNI_A, "stx")).startswith(b"\x02I<PER")
    assert (tmp_path / "reader").is_symlink()

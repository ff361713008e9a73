"""A serial MRZ reader end to end: supervisor, driver, pseudo-terminal, simulated reader."""

import random
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from devices.documents.mrz import Refusal
from devices.documents.reading_watch import FAILURE_GAP_S
from devices.driver import NotRun
from devices.kinds.document_reader import DocumentRead, ReadFailed
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig, build
from devices.serial_mrz.driver import NO_TEXT, NO_ZONE
from devices.serial_mrz.protocol import pieces
from devices.serial_mrz.simulator import SerialMrzSimulator
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor
from tests.integration.devices.cut_cable import CutCable, opener, supervise

FRAMINGS = ("plain", "stx", "cute", "3m")
# What lasts more than a second is run for one framing in `make test`, for all beside it.
SLOW_FRAMINGS = ("3m", *(pytest.param(f, marks=pytest.mark.thorough) for f in FRAMINGS[:3]))
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


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_document_is_read_right_in_every_framing(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey(PRESENT_A)
    event = recorder.wait_for(reported)
    assert event is not None
    assert (event.device, event.kind) == ("mrz", "document_reader")
    assert is_document_a(event.payload)
    assert not event.payload.repaired


@pytest.mark.parametrize("framing", SLOW_FRAMINGS)
@pytest.mark.parametrize("link", ["bytewise", "delay 60"])
def test_a_document_is_read_right_however_slowly_it_comes(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str, link: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey(f"link {link}")
    reader.obey(PRESENT_A)
    assert is_document_a(recorder.wait_for(reported).payload)


@pytest.mark.parametrize("framing", SLOW_FRAMINGS)
def test_lines_later_than_the_silence_are_a_failed_reading_never_a_wrong_one(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    reader.obey(f"framing {framing}")
    reader.obey("link delay 260")
    reader.obey(PRESENT_A)
    event = recorder.wait_for(reported)
    assert event is not None
    assert event.payload == ReadFailed(Refusal.UNREADABLE)


@pytest.mark.parametrize("framing", SLOW_FRAMINGS)
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
    ("command", "reason"),
    [("bad check digit", Refusal.CHECK_DIGIT), ("unreadable", Refusal.UNREADABLE)],
)
def test_a_wrong_check_digit_and_an_unreadable_mark_are_told_apart(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, command: str, reason: Refusal
) -> None:
    reader.obey("framing stx")
    reader.obey(command)
    assert recorder.wait_for(reported).payload == ReadFailed(reason)


@pytest.mark.parametrize("framing", ["plain", "stx", "3m"])
def test_a_bank_card_is_told_as_one_and_three_of_them_are_no_fault_of_the_reader(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    reader.obey(f"framing {framing}")
    for _ in range(3):
        reader.obey("bank card")
        assert recorder.wait_for(reported).payload == ReadFailed(Refusal.BANK_CARD)
        time.sleep(FAILURE_GAP_S)
    assert supervisor.status.device is DeviceState.ONLINE


def test_a_digit_taken_for_a_letter_is_read_and_said_to_be_repaired(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("framing stx")
    reader.obey(PRESENT_A.replace("8001014M", "B001014M"))
    reading = recorder.wait_for(reported).payload
    assert is_document_a(reading)
    assert reading.repaired


def test_a_wrong_block_check_is_unreadable_once_the_reader_has_shown_it_has_one(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("framing 3m")
    for _ in range(3):
        reader.obey(PRESENT_A)
        assert is_document_a(recorder.wait_for(reported).payload)
    reader.obey("bad crc on")
    reader.obey(PRESENT_A)
    assert recorder.wait_for(reported).payload == ReadFailed(Refusal.UNREADABLE)
    reader.obey("bad crc off")
    reader.obey(PRESENT_A)
    assert is_document_a(recorder.wait_for(reported).payload)


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


def test_noise_three_times_running_asks_for_the_line_settings_until_text_comes(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    while supervisor.status.usable:
        reader.obey("garbage 100")
        recorder.wait_for(lambda event: not reported(event), 0.3)
    status = supervisor.status
    assert (status.device, status.action) == (DeviceState.OFFLINE, Action.CONFIGURATION)
    assert status.detail == NO_TEXT
    reader.obey("framing stx")
    reader.obey(PRESENT_A)
    assert recorder.wait_for(state_is(DeviceState.ONLINE))


def _wait_for_silence(recorder: Any) -> None:
    recorder.wait_for(lambda _event: False, 0.3)


def test_another_device_on_the_port_is_told_to_the_technician(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("framing stx")
    for _ in range(3):
        reader.obey("present ]A010117410")
    event = recorder.wait_for(state_is(DeviceState.OFFLINE))
    assert event.status.detail == NO_ZONE


def test_an_unplugged_reader_is_no_device_and_comes_back_when_plugged(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("unplug")
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    reader.obey("plug")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    reader.obey(PRESENT_B)
    assert is_document_b(recorder.wait_for(reported).payload)


def test_a_power_cycle_in_the_middle_of_a_document_is_survived(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey(f"present {DNI_A[0]}")
    reader.obey("power cycle")
    assert recorder.wait_for(state_is(DeviceState.NO_DEVICE))
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    reader.obey(PRESENT_B)
    assert is_document_b(recorder.wait_for(reported).payload)


def test_a_mute_reader_reports_nothing(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    reader.obey("no reply on")
    assert reader.obey(PRESENT_A) == {"sent": False}
    reader.obey("no reply off")
    reader.obey(PRESENT_B)
    assert is_document_b(recorder.wait_for(reported).payload)


def test_a_reader_takes_no_commands_but_a_self_test(
    supervisor: Supervisor, reader: SerialMrzSimulator, recorder: Any
) -> None:
    result = supervisor.submit("beep", 5).result(5)
    assert isinstance(result, NotRun)
    assert result.completion is Completion.UNSUPPORTED_COMMAND
    reader.obey(PRESENT_A)
    recorder.wait_for(reported)
    tested = supervisor.submit(SelfTest(), 5).result(5)
    assert isinstance(tested, SelfTestResult)
    assert tested.completion is Completion.SUCCESS
    assert "1 accepted, 0 refused" in tested.steps[1].found
    assert "10117410" not in str(tested)


is_online = state_is(DeviceState.ONLINE)


def reported_or_online(event: Any) -> bool:
    return reported(event) or is_online(event)


def assert_cuts_are_survived(
    reader: SerialMrzSimulator, recorder: Any, framing: str, positions: list[int]
) -> None:
    """The cable is cut after so many bytes of A and plugged in again.

    Never a wrong document, and B is read within five seconds.
    """

    def replug() -> None:
        reader.obey("unplug")
        reader.obey("plug")

    cable = CutCable(opener("serial-mrz", reader.port), replug)
    supervisor = supervise("serial-mrz", cable, recorder)
    supervisor.start()
    try:
        assert recorder.wait_for(state_is(DeviceState.ONLINE))
        reader.obey(f"framing {framing}")
        for position in positions:
            cable.cut_after(position)
            reader.obey(PRESENT_A)
            while not is_online(event := recorder.wait_for(reported_or_online)):
                assert is_document_a(event.payload) or isinstance(event.payload, ReadFailed)
            if framing == "plain":
                _wait_for_silence(recorder)
            reader.obey(PRESENT_B)
            while not is_document_b((event := recorder.wait_for(reported)).payload):
                assert is_document_a(event.payload) or isinstance(event.payload, ReadFailed)
    finally:
        assert supervisor.stop()


def positions(framing: str, count: int, seed: int) -> list[int]:
    """Every boundary between portions, and ``count`` random places."""
    portions = pieces(DNI_A, framing)  # pyright: ignore[reportArgumentType]
    total = sum(map(len, portions))
    dice = random.Random(seed)
    ends = [sum(map(len, portions[:n])) for n in range(len(portions) + 1)]
    return [*ends, *(dice.randrange(total) for _ in range(count))]


@pytest.mark.parametrize("framing", ["stx", "3m"])
def test_a_cable_cut_at_any_byte_and_plugged_in_again_reads_the_next_document(
    reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    assert_cuts_are_survived(reader, recorder, framing, positions(framing, 8, seed=1))


@pytest.mark.thorough
@pytest.mark.parametrize("framing", FRAMINGS)
def test_fifty_cuts_in_every_framing_are_survived(
    reader: SerialMrzSimulator, recorder: Any, framing: str
) -> None:
    assert_cuts_are_survived(reader, recorder, framing, positions(framing, 50, seed=2))


def test_the_simulator_sends_the_bytes_of_its_framing(
    reader: SerialMrzSimulator, tmp_path: Path
) -> None:
    assert b"".join(pieces(DNI_A, "stx")).startswith(b"\x02I<PER")
    assert (tmp_path / "reader").is_symlink()

"""A 2D scanner end to end: supervisor, driver, pseudo-terminal, simulated scanner."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.documents.mrz import Refusal
from devices.kinds.document_reader import NumberRead, QrRead, ReadFailed
from devices.kinds.self_test import SelfTest, SelfTestResult
from devices.registry import DeviceConfig, build
from devices.scanner_2d.driver import NO_IDENTIFIER
from devices.scanner_2d.protocol import scan_bytes
from devices.scanner_2d.simulator import Scanner2dSimulator
from devices.status import Action, Completion, DeviceState
from devices.supervisor import Reported, StatusChanged, Supervisor
from tests.integration.devices.cut_cable import CutCable, opener, supervise

DNI_READ = NumberRead("01", "10117410", checked=True)


def reported(event: Any) -> bool:
    return isinstance(event, Reported)


def state_is(state: DeviceState) -> Any:
    return lambda event: isinstance(event, StatusChanged) and event.status.device is state


def reported_or_online(event: Any) -> bool:
    return reported(event) or state_is(DeviceState.ONLINE)(event)


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner2dSimulator]:
    simulator = Scanner2dSimulator(tmp_path / "scanner", seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def supervisor(scanner: Scanner2dSimulator, recorder: Any) -> Iterator[Supervisor]:
    made = build(DeviceConfig("codes", "scanner-2d", scanner.port), recorder)
    made.start()
    assert recorder.wait_for(state_is(DeviceState.ONLINE))
    yield made
    assert made.stop()


@pytest.mark.parametrize("link", ["clean", "bytewise", "delay 60", "delay 300"])
def test_the_bar_code_of_a_dni_is_a_number(
    supervisor: Supervisor, scanner: Scanner2dSimulator, recorder: Any, link: str
) -> None:
    scanner.obey(f"link {link}")
    scanner.obey("present dni")
    event = recorder.wait_for(reported)
    assert (event.kind, event.payload) == ("document_reader", DNI_READ)


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("present code128 10117410", NumberRead("01", "10117410")),
        ("bad check character", ReadFailed(Refusal.CHECK_DIGIT)),
        ("present code39 HELLO", ReadFailed(Refusal.UNREADABLE)),
        ("present qr https://example.com/1", QrRead(b"https://example.com/1")),
        ("present qr 10117410\\rmore", QrRead(b"10117410\rmore")),
        ("present pdf417 12000", ReadFailed(Refusal.NOT_TEXT)),
    ],
)
def test_each_code_is_taken_for_what_it_is(
    supervisor: Supervisor,
    scanner: Scanner2dSimulator,
    recorder: Any,
    command: str,
    payload: object,
) -> None:
    scanner.obey(command)
    assert recorder.wait_for(reported).payload == payload


def test_lost_scans_are_lost_and_never_wrong(
    supervisor: Supervisor, scanner: Scanner2dSimulator, recorder: Any
) -> None:
    scanner.obey("link lossy 20")
    read = 0
    for _ in range(6):
        scanner.obey("present dni")
        event = recorder.wait_for(reported, 0.3)
        if event is not None:
            assert event.payload == DNI_READ
            read += 1
    assert read > 0


def test_after_a_flood_of_garbage_the_next_scan_is_read(
    supervisor: Supervisor, scanner: Scanner2dSimulator, recorder: Any
) -> None:
    assert scanner.obey("garbage 60000")["sent"]
    assert recorder.wait_for(reported).payload == ReadFailed(Refusal.UNREADABLE)
    scanner.obey("present dni")
    assert recorder.wait_for(lambda event: reported(event) and event.payload == DNI_READ)


def test_scans_without_identifier_tell_the_technician_which_setting_is_missing(
    supervisor: Supervisor, scanner: Scanner2dSimulator, recorder: Any
) -> None:
    scanner.obey("aim off")
    while supervisor.status.usable:
        scanner.obey("present dni")
        recorder.wait_for(lambda event: not reported(event), 0.3)
    status = supervisor.status
    assert (status.device, status.action) == (DeviceState.OFFLINE, Action.CONFIGURATION)
    assert status.detail == NO_IDENTIFIER
    scanner.obey("aim on")
    scanner.obey("present dni")
    assert recorder.wait_for(state_is(DeviceState.ONLINE))


def test_nothing_of_a_scan_is_in_the_record_of_the_link(
    scanner: Scanner2dSimulator, recorder: Any
) -> None:
    link = opener("scanner-2d", scanner.port)()
    try:
        scanner.obey("present pdf417 200")
        while link.read(256, 0.2):
            pass
        shown = b"".join(entry.shown for entry in link.raw.entries())
        assert shown
        assert set(shown) == {0}
    finally:
        link.close()


def test_a_self_test_says_what_was_scanned(
    supervisor: Supervisor, scanner: Scanner2dSimulator, recorder: Any
) -> None:
    scanner.obey("bad check character")
    recorder.wait_for(reported)
    tested = supervisor.submit(SelfTest(), 5).result(5)
    assert isinstance(tested, SelfTestResult)
    assert tested.completion is Completion.SUCCESS
    assert "0 accepted, 1 refused" in tested.steps[1].found


def assert_the_next_is_read(scanner: Scanner2dSimulator, recorder: Any) -> None:
    """A scan on the heels of another is refused, so it may take a second try."""
    other = NumberRead("01", "40000008", checked=True)
    for _ in range(5):
        scanner.obey("present code39 40000008E")
        event = recorder.wait_for(lambda event: reported(event) and event.payload != DNI_READ)
        assert event.payload in (other, ReadFailed(Refusal.UNREADABLE))
        if event.payload == other:
            return
    raise AssertionError("no scan was read after the cable was plugged in again")


def assert_cuts_are_survived(
    scanner: Scanner2dSimulator, recorder: Any, positions: list[int]
) -> None:
    def replug() -> None:
        scanner.obey("unplug")
        scanner.obey("plug")

    cable = CutCable(opener("scanner-2d", scanner.port), replug)
    supervisor = supervise("scanner-2d", cable, recorder)
    supervisor.start()
    try:
        assert recorder.wait_for(state_is(DeviceState.ONLINE))
        for position in positions:
            cable.cut_after(position)
            scanner.obey("present dni")
            while reported(event := recorder.wait_for(reported_or_online)):
                assert event.payload == DNI_READ
            assert_the_next_is_read(scanner, recorder)
    finally:
        assert supervisor.stop()


TOTAL = len(scan_bytes("A", b"101174102"))


def test_a_cable_cut_at_any_byte_and_plugged_in_again_reads_the_next_scan(
    scanner: Scanner2dSimulator, recorder: Any
) -> None:
    assert_cuts_are_survived(scanner, recorder, [0, 3, 11, TOTAL - 1, TOTAL])


@pytest.mark.thorough
def test_fifty_cuts_are_survived(scanner: Scanner2dSimulator, recorder: Any) -> None:
    dice = random.Random(4)
    assert_cuts_are_survived(scanner, recorder, [dice.randrange(TOTAL + 1) for _ in range(50)])

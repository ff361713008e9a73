"""Custom's full status and counters: bytes, words, and what a reading proves."""

import pytest

from devices.escpos.condition import Condition, custom_answer
from devices.escpos.custom.protocol import (
    ASK_COUNT,
    ASK_FULL_STATUS,
    Counted,
    CountersWitness,
    FullStatus,
    MessageParser,
    status_of_full,
)
from devices.escpos.findings import Finding, status_of
from devices.status import Action, DeviceState

FINE = b"\x10\x0f\x00\x00\x00\x00"


def test_questions_are_the_published_bytes() -> None:
    assert bytes.fromhex("10 04 14") == ASK_FULL_STATUS
    assert {"cuts": bytes.fromhex("1D E2"), "on": bytes.fromhex("1D E5")} == ASK_COUNT


def test_full_status_and_counters_are_told_apart() -> None:
    parser = MessageParser()
    wire = FINE + b"2376 cuts\r\n" + b"512on\x00" + b"\x10\x0f\x05\x00\x01\x00" + b"7cuts"
    assert parser.feed(wire) == [
        FullStatus(0, 0, 0, 0),
        Counted("cuts", 2376),
        Counted("on", 512),
        FullStatus(5, 0, 1, 0),
        Counted("cuts", 7),
    ]
    assert parser.strays == 0


@pytest.mark.parametrize(
    "wire",
    [
        b"\x10\x04\x14",
        b"\x10\x0f\x02\x00\x00\x00",
        b"cuts",
        b"12 buts",
        b"1234567890 cuts",
        b"12  cuts",
    ],
)
def test_what_fits_nothing_is_counted_and_never_a_message(wire: bytes) -> None:
    parser = MessageParser()
    assert parser.feed(wire + b"\xff") == []
    assert parser.strays > 0


@pytest.mark.parametrize(
    ("full", "device", "parts", "action"),
    [
        (FullStatus(0, 0, 0, 0), DeviceState.ONLINE, {"paper": "full"}, None),
        (FullStatus(4, 0, 0, 0), DeviceState.ONLINE, {"paper": "low"}, Action.MAINTENANCE),
        (FullStatus(0x40, 0, 0, 0), DeviceState.ONLINE, {"paper": "low"}, Action.MAINTENANCE),
        (FullStatus(5, 0, 0, 0), DeviceState.OFFLINE, {"paper": "out"}, Action.MAINTENANCE),
        (FullStatus(0x20, 0, 0, 0), DeviceState.ONLINE, {"media": "present"}, None),
        (FullStatus(0x80, 8, 0, 0), DeviceState.ONLINE, {"paper": "full"}, None),
        (FullStatus(0, 1, 0, 0), DeviceState.OFFLINE, {"cover": "open"}, Action.CLEAR),
        (FullStatus(0, 2, 0, 0), DeviceState.OFFLINE, {"cover": "open"}, Action.CLEAR),
        (FullStatus(0, 0x20, 0, 0), DeviceState.DEVICE_BUSY, {}, Action.CLEAR),
        (FullStatus(0, 0, 1, 0), DeviceState.HARDWARE_ERROR, {"head": "hot"}, Action.SUSPEND),
        (FullStatus(0, 0, 2, 0), DeviceState.ONLINE, {}, Action.CONFIGURATION),
        (FullStatus(0, 0, 8, 0), DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE),
        (FullStatus(0, 0, 0x20, 0), DeviceState.ONLINE, {}, Action.CONFIGURATION),
        (FullStatus(0, 0, 0x40, 0), DeviceState.HARDWARE_ERROR, {"paper": "jammed"}, Action.CLEAR),
        (FullStatus(0, 0, 0x80, 0), DeviceState.HARDWARE_ERROR, {}, Action.CONFIGURATION),
        (FullStatus(0, 0, 0, 1), DeviceState.HARDWARE_ERROR, {"cutter": "jammed"}, Action.CLEAR),
        (FullStatus(0, 0, 0, 2), DeviceState.OFFLINE, {"cutter": "open"}, Action.CLEAR),
        (FullStatus(0, 0, 0, 4), DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE),
        (FullStatus(0, 0, 0, 8), DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE),
    ],
)
def test_each_finding_has_its_word_and_its_action(
    full: FullStatus, device: DeviceState, parts: dict[str, str], action: Action | None
) -> None:
    status = status_of_full(full)
    assert (status.device, status.action) == (device, action)
    assert parts.items() <= dict(status.parts).items()
    assert bool(status.detail) is (action is not None)


def test_the_simulated_printer_speaks_the_same() -> None:
    assert custom_answer(Condition()) == FINE
    [full] = MessageParser().feed(custom_answer(Condition(paper="out", cover="open")))
    assert isinstance(full, FullStatus)
    assert status_of_full(full).parts["paper"] == "out"


@pytest.mark.parametrize("finding", Finding)
def test_every_finding_that_needs_somebody_says_what_to_do(finding: Finding) -> None:
    status = status_of({finding})
    assert bool(status.action) is bool(status.detail)
    assert status.usable or status.action


def test_the_gravest_finding_decides_and_every_one_tells_its_part() -> None:
    status = status_of({Finding.PAPER_LOW, Finding.COVER_OPEN, Finding.CUTTER_STUCK})
    assert status.device is DeviceState.HARDWARE_ERROR
    assert dict(status.parts) == {
        "paper": "jammed",
        "cover": "open",
        "cutter": "jammed",
        "head": "ok",
    }


def counted(cuts: int) -> Counted:
    return Counted("cuts", cuts)


def test_a_slip_is_proved_by_just_one_cut_more() -> None:
    witness = CountersWitness()
    assert witness.fence(0) == ASK_COUNT["cuts"]
    witness.hear(counted(41))
    assert witness.passed
    witness.fence(1)
    for reading in (41, 41, 43):
        witness.hear(counted(reading))
        assert not witness.passed
    witness.hear(counted(42))
    assert witness.passed


def test_a_piece_without_a_cut_reads_the_other_counter_once() -> None:
    witness = CountersWitness()
    witness.fence(0)
    witness.hear(counted(41))
    assert witness.fence(0) == ASK_COUNT["on"]
    assert witness.again() == b""
    witness.hear(counted(41))  # late, and asked for earlier
    assert not witness.passed
    witness.hear(Counted("on", 9))
    assert witness.passed
    assert witness.fence(1) == witness.again() == ASK_COUNT["cuts"]


def test_after_forgetting_the_counter_may_stand_anywhere() -> None:
    witness = CountersWitness()
    witness.fence(0)
    witness.hear(counted(41))
    witness.forget()
    witness.fence(0)
    witness.hear(counted(7))
    assert witness.passed
    witness.fence(2)
    witness.hear(counted(9))
    assert witness.passed

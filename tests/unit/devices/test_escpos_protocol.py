"""ESC/POS status bytes and completion marks."""

import pytest

from devices.escpos.protocol import (
    Answers,
    MessageParser,
    ProcessDone,
    RealTimeStatus,
    ask_status,
    mark_process,
    process_done,
    status_of,
)
from devices.status import Action, DeviceState, PaperState

FINE = 0x12


def test_questions_and_marks_are_the_published_bytes() -> None:
    assert ask_status(4) == bytes.fromhex("10 04 04")
    assert mark_process(42) == bytes.fromhex("1D 28 48 06 00 30 30 30 30 34 32")
    assert process_done(42) == bytes.fromhex("37 22 30 30 34 32 00")


def test_a_process_id_outside_four_digits_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.9999"):
        mark_process(10_000)


def test_messages_are_told_apart_by_their_fixed_bits() -> None:
    wire = b"\x12" + process_done(7) + b"\x10\x00\x00\x0f" + b"\x72" + b"\xff"
    assert MessageParser().feed(wire) == [
        RealTimeStatus(0x12),
        ProcessDone(7),
        RealTimeStatus(0x72),
    ]


def test_a_broken_completion_never_counts_as_one() -> None:
    parser = MessageParser()
    assert parser.feed(b"\x37\x22\x30\x30") == []
    assert parser.feed(b"\x12") == [RealTimeStatus(0x12)]
    assert parser.feed(process_done(8)) == [ProcessDone(8)]


@pytest.mark.parametrize(
    ("answers", "device", "paper", "action"),
    [
        (Answers(FINE, FINE, FINE, FINE), DeviceState.ONLINE, PaperState.FULL, None),
        (Answers(FINE, FINE, FINE, 0x1E), DeviceState.ONLINE, PaperState.LOW, Action.MAINTENANCE),
        (Answers(0x1A, 0x32, FINE, 0x7E), DeviceState.OFFLINE, PaperState.OUT, Action.MAINTENANCE),
        (Answers(0x1A, 0x16, FINE, FINE), DeviceState.OFFLINE, PaperState.FULL, Action.CLEAR),
        (
            Answers(0x1A, 0x52, 0x1A, FINE),
            DeviceState.HARDWARE_ERROR,
            PaperState.JAMMED,
            Action.CLEAR,
        ),
        (
            Answers(0x1A, 0x52, 0x32, FINE),
            DeviceState.HARDWARE_ERROR,
            PaperState.FULL,
            Action.MAINTENANCE,
        ),
        (
            Answers(0x1A, 0x52, 0x52, FINE),
            DeviceState.HARDWARE_ERROR,
            PaperState.FULL,
            Action.SUSPEND,
        ),
        (Answers(0x1A, FINE, FINE, FINE), DeviceState.OFFLINE, PaperState.FULL, Action.RESET),
    ],
)
def test_each_finding_has_its_word_and_its_action(
    answers: Answers, device: DeviceState, paper: PaperState, action: Action | None
) -> None:
    status = status_of(answers)
    assert (status.device, status.parts["paper"], status.action) == (device, paper, action)
    assert status.parts["cover"] == ("open" if answers.offline & 4 else "closed")

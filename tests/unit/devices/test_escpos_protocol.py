"""ESC/POS status bytes and completion marks."""

import pytest

from devices.escpos.condition import CHOICES, Condition, epson_answer, epson_automatic
from devices.escpos.protocol import (
    QUESTIONS,
    Answers,
    AutomaticStatus,
    EpsonDialect,
    MessageParser,
    ProcessDone,
    ProcessWitness,
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
    parser = MessageParser()
    assert parser.feed(wire) == [
        RealTimeStatus(0x12),
        ProcessDone(7),
        AutomaticStatus(0x10, 0, 0, 0x0F),
        RealTimeStatus(0x72),
    ]
    assert parser.strays == 1


def test_what_fits_nothing_is_counted_and_flow_control_is_not() -> None:
    parser = MessageParser()
    assert parser.feed(b"\x11\x13ABC\x37\x22\x30\x10\x00") == []
    assert parser.strays == 6  # A, B, C and a broken completion
    assert parser.pending == 2


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


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in CHOICES for value in CHOICES[field]]
)
def test_automatic_status_says_the_same_as_an_asked_one(field: str, value: str) -> None:
    """But for errors without a name, which only the answer to DLE EOT 2 tells of."""
    condition = Condition(**{field: value})
    asked = status_of(Answers(*(epson_answer(condition, question) for question in QUESTIONS)))
    [message] = MessageParser().feed(epson_automatic(condition))
    told = EpsonDialect().told(message)
    assert told is not None
    assert (told.device, told.parts, told.action) == (asked.device, asked.parts, asked.action)


def test_a_fence_is_passed_by_its_own_answer_only() -> None:
    witness = ProcessWitness(9998)
    assert witness.fence(1) == mark_process(9999)
    witness.hear(ProcessDone(9998))
    assert not witness.passed
    witness.hear(ProcessDone(9999))
    assert witness.passed
    assert witness.fence(0) == mark_process(0)
    witness.hear(ProcessDone(9999))
    assert not witness.passed
    assert witness.again() == b""

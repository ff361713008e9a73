"""The frames of ID-003 against published vectors, and what its answers mean."""

import pytest

from devices.id003.protocol import (
    ACKNOWLEDGE,
    BOOT_VERSION,
    COMMANDS,
    COMMUNICATION_MODE,
    CURRENCY_ASSIGN,
    DENOMINATIONS,
    DIRECTION,
    FIRST_ESCROW_CODE,
    HOLD,
    INHIBIT,
    MAX_DATA,
    OPTIONAL_FUNCTION,
    PERU,
    RESET,
    RETURN,
    SECURITY,
    STACK_1,
    STACK_2,
    STATUS_REQUEST,
    VERSION,
    WAIT,
    Command,
    Frame,
    FrameParser,
    FrameRefused,
    Note,
    Spoilt,
    State,
    Status,
    crc16,
    disabled_mask,
    notes_of,
    version_of,
)

VECTORS = [
    (STATUS_REQUEST, "FC 05 11 27 56"),
    (ACKNOWLEDGE, "FC 05 50 AA 05"),
    (STACK_1, "FC 05 41 A2 04"),
    (RETURN, "FC 05 43 B0 27"),
    (HOLD, "FC 05 44 0F 53"),
]


@pytest.mark.parametrize(("command", "wire"), VECTORS, ids=lambda it: str(it)[:20])
def test_the_published_frames_are_built_and_read(command: Command, wire: str) -> None:
    raw = bytes.fromhex(wire)
    assert Frame(command.code).to_bytes() == raw
    assert Frame.from_bytes(raw) == Frame(command.code)


def test_the_crc_is_kermit_by_its_published_check_value() -> None:
    assert crc16(b"123456789") == 0x2189


@pytest.mark.negative_control
def test_the_vectors_catch_a_crc_that_starts_elsewhere() -> None:
    wire = bytes.fromhex("FC 05 11 27 56")
    assert (crc16(wire[:-2]) ^ 0xFFFF).to_bytes(2, "little") != wire[-2:]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (RESET, 0x40),
        (STACK_2, 0x42),
        (WAIT, 0x45),
        (DENOMINATIONS, 0xC0),
        (SECURITY, 0xC1),
        (COMMUNICATION_MODE, 0xC2),
        (INHIBIT, 0xC3),
        (DIRECTION, 0xC4),
        (OPTIONAL_FUNCTION, 0xC5),
        (VERSION, 0x88),
        (BOOT_VERSION, 0x89),
        (CURRENCY_ASSIGN, 0x8A),
    ],
    ids=str,
)
def test_each_command_has_the_code_of_the_specification(command: Command, code: int) -> None:
    assert command.code == code


def test_no_two_commands_share_a_code_and_movements_are_never_repeated_blindly() -> None:
    assert len({command.code for command in COMMANDS}) == len(COMMANDS)
    moving = {RESET, STACK_1, STACK_2, RETURN, HOLD, WAIT, ACKNOWLEDGE}
    assert {command for command in COMMANDS if not command.repeatable} == moving


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (0x11, State.IDLING),
        (0x12, State.ACCEPTING),
        (0x14, State.STACKING),
        (0x15, State.VEND_VALID),
        (0x16, State.STACKED),
        (0x18, State.RETURNING),
        (0x19, State.HOLDING),
        (0x1A, State.INHIBITED),
        (0x1B, State.INITIALIZE),
        (0x40, State.POWER_UP),
        (0x41, State.POWER_UP_IN_ACCEPTOR),
        (0x42, State.POWER_UP_IN_STACKER),
        (0x43, State.STACKER_FULL),
        (0x44, State.STACKER_OPEN),
        (0x45, State.JAM_IN_ACCEPTOR),
        (0x46, State.JAM_IN_STACKER),
        (0x47, State.PAUSE),
        (0x48, State.CHEATED),
        (0x4A, State.COMMUNICATION_ERROR),
    ],
)
def test_each_state_has_the_code_of_the_specification(code: int, state: State) -> None:
    assert Status.of(Frame(code)) == Status(state)
    assert Status(state).to_frame() == Frame(code)


@pytest.mark.parametrize("code", [0x13, 0x17, 0x49])
def test_escrow_rejection_and_failure_carry_a_byte(code: int) -> None:
    status = Status.of(Frame(code, b"\x62"))
    assert status is not None
    assert status.detail == 0x62
    assert status.to_frame() == Frame(code, b"\x62")


@pytest.mark.parametrize("code", [0x00, 0x10, 0x4B, 0x50, 0x88, 0xC3, 0xFF])
def test_other_codes_are_no_status(code: int) -> None:
    assert Status.of(Frame(code)) is None


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        ("FC 05 11 27 57", "wrong CRC"),
        ("FC 05 12 27 56", "wrong CRC"),
        ("FC 06 11 27 56", "not the length"),
        ("FB 05 11 27 56", "not the length"),
        ("FC 05 11", "not the length"),
        ("", "not the length"),
    ],
)
def test_a_damaged_frame_is_refused_with_its_bytes(wire: str, why: str) -> None:
    with pytest.raises(FrameRefused, match=why) as refused:
        Frame.from_bytes(bytes.fromhex(wire))
    assert refused.value.raw == bytes.fromhex(wire)


def test_a_frame_carries_250_bytes_and_no_more() -> None:
    assert len(Frame(0x88, bytes(MAX_DATA)).to_bytes()) == 255
    with pytest.raises(ValueError):
        Frame(0x88, bytes(MAX_DATA + 1)).to_bytes()


def test_the_parser_finds_frames_between_noise_and_after_silence() -> None:
    parser = FrameParser()
    good = Frame(0x13, b"\x61").to_bytes()
    found = parser.feed(b"\x00" + good + b"\xfc\x04" + good, 10.0)
    assert [it for it in found if isinstance(it, Frame)] == [Frame(0x13, b"\x61")] * 2
    assert sum(isinstance(it, Spoilt) for it in found) == 2
    assert parser.feed(good[:3], 11.0) == []
    assert parser.pending == 3
    assert parser.feed(good, 11.1) == [Frame(0x13, b"\x61")]


def test_the_notes_of_peru_are_read_and_nothing_else() -> None:
    data = bytes.fromhex("61 2F 01 01  62 2F 02 01  63 01 05 01  64 2F 01 02  65 00 00 00")
    assert notes_of(data, PERU) == {
        0x61: Note("PEN10", 1000),
        0x62: Note("PEN20", 2000),
        0x64: Note("PEN100", 10000),
    }
    assert notes_of(data, 1) == {0x63: Note("PEN50", 5000)}


@pytest.mark.parametrize("data", ["61 2F 00 01", "61 2F 01 09", "00 2F 01 01", ""])
def test_values_that_no_note_has_are_left_out(data: str) -> None:
    assert notes_of(bytes.fromhex(data), PERU) == {}


def test_a_cut_currency_assignment_is_refused() -> None:
    with pytest.raises(ValueError):
        notes_of(b"\x61\x2f\x01", PERU)


def test_every_code_that_is_not_accepted_is_switched_off() -> None:
    assert disabled_mask(frozenset({FIRST_ESCROW_CODE, 0x63})) == bytes([0b11111010, 0])
    assert disabled_mask(frozenset()) == b"\xff\x00"


def test_a_version_is_shown_without_odd_bytes() -> None:
    assert version_of(b" i(PER)100-SS ID003\xff ") == "i(PER)100-SS ID003?"

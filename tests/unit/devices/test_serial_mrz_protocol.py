"""Frames of serial MRZ readers, in every framing."""

from datetime import date

import pytest

from devices.documents.mrz import split_lines
from devices.kinds.document_reader import ReadFailed, zone_read
from devices.serial_mrz.protocol import (
    MAX_FRAME_BYTES,
    BlockCheck,
    Frame,
    FrameParser,
    Framing,
    block_check,
    pieces,
)

LINES = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
# ICAO Doc 9303 parts 4 and 6: the specimens of the fictitious State UTO.
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
PLAIN = b"".join(pieces(LINES, "plain"))
FRAMED = b"".join(pieces(LINES, "stx"))
BLOCK = b"".join(pieces(LINES, "3m"))
SILENT_S = 0.3
TODAY = date(2025, 11, 21)
ALONE = zone_read("\r".join(LINES), TODAY)


def lines_of(frames: list[Frame]) -> list[tuple[str, ...]]:
    return [split_lines(frame.text) for frame in frames]


def test_a_plain_reading_ends_with_200_ms_of_silence() -> None:
    parser = FrameParser()
    assert parser.feed(PLAIN, 10.0) == []
    assert parser.flush(10.19) == []
    assert lines_of(parser.flush(10.21)) == [LINES]


@pytest.mark.parametrize("framing", ["plain", "stx", "cute", "3m"])
@pytest.mark.parametrize("lf", [False, True])
@pytest.mark.parametrize("lines", [LINES, TD2, TD3], ids=["TD1", "TD2", "TD3"])
def test_every_size_is_read_in_every_framing(
    lines: tuple[str, ...], framing: Framing, lf: bool
) -> None:
    parser = FrameParser()
    frames = parser.feed(b"".join(pieces(lines, framing, lf=lf)), 10.0)
    assert lines_of(frames + parser.flush(10.0 + SILENT_S)) == [lines]


def test_a_framed_reading_ends_at_etx_without_waiting() -> None:
    assert lines_of(FrameParser().feed(FRAMED, 10.0)) == [LINES]


def test_two_lines_in_cute_framing_have_no_line_end_for_the_third() -> None:
    assert b"".join(pieces(TD3, "cute")).count(b"\r") == 2
    assert lines_of(FrameParser().feed(b"".join(pieces(TD3, "cute")), 10.0)) == [TD3]


def test_a_3m_block_has_its_missing_lines_empty_from_the_top() -> None:
    wire = b"".join(pieces(TD3, "3m"))
    assert wire[3:7] == b"OU\x020"
    assert wire[7:8] == b"\r"
    assert lines_of(FrameParser().feed(wire, 10.0)) == [TD3]


def test_two_lines_of_36_padded_to_44_get_their_length_back() -> None:
    wire = b"".join(pieces(TD2, "3m"))
    assert b"________\r" in wire
    assert lines_of(FrameParser().feed(wire, 10.0)) == [TD2]


@pytest.mark.parametrize("header", [b"\x01OU\x02", b"\x01\x5dOU\x02", b"\x01\x5d\x00OU\x02"])
@pytest.mark.parametrize("flag", [b"", b"0", b"\x20"])
def test_length_and_flag_of_a_3m_block_may_be_there_or_not(header: bytes, flag: bytes) -> None:
    body = flag + PLAIN + b"\x03"
    wire = header + body + bytes([block_check(header[1:] + body)])
    assert lines_of(FrameParser().feed(wire, 10.0)) == [LINES]


def test_the_block_check_may_be_any_byte_even_a_control_character() -> None:
    """A name is varied until the block check is each of the bytes that frame a reading."""
    seen: set[int] = set()
    for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            lines = (LINES[0], LINES[1], (first + second).ljust(30, "<"))
            wire = b"".join(pieces(lines, "3m"))
            parser = FrameParser(check="on")
            frames = parser.feed(wire, 10.0)
            assert lines_of(frames) == [lines]
            assert frames[0].whole
            assert parser.pending == 0
            seen.add(wire[-1])
    assert len(seen) > 16


def test_a_3m_block_without_block_check_ends_with_silence() -> None:
    parser = FrameParser()
    assert parser.feed(BLOCK[:-1], 10.0) == []
    [frame] = parser.flush(10.0 + SILENT_S)
    assert frame.whole
    assert lines_of([frame]) == [LINES]


def garbled(wire: bytes) -> bytes:
    """A name garbled on the way, which no check digit of the zone covers."""
    return wire.replace(b"JUAN", b"JUBN")


@pytest.mark.parametrize(("check", "whole"), [("on", False), ("off", True), ("auto", True)])
def test_a_wrong_block_check_makes_a_reading_unreadable_where_it_is_switched_on(
    check: BlockCheck, whole: bool
) -> None:
    [frame] = FrameParser(check=check).feed(garbled(BLOCK), 10.0)
    assert frame.whole is whole


def assert_a_garbled_name_is_never_handed_over(parser: FrameParser) -> None:
    """From a reader whose block checks agreed before."""
    now = 10.0
    for _ in range(3):
        [frame] = parser.feed(BLOCK, now)
        assert frame.whole
        now += 1
    [frame] = parser.feed(garbled(BLOCK), now)
    assert not frame.whole, "a garbled name was handed over"
    [frame] = parser.feed(BLOCK, now + 1)
    assert frame.whole


def test_a_reader_whose_block_checks_agreed_three_times_is_held_to_them() -> None:
    assert_a_garbled_name_is_never_handed_over(FrameParser())
    parser = FrameParser()
    for now in (1.0, 2.0, 3.0):
        parser.feed(BLOCK, now)
    assert parser.feed(BLOCK[:-1], 4.0) == []
    [lost] = parser.flush(5.0)
    assert not lost.whole


@pytest.mark.negative_control
def test_a_parser_that_ignores_the_block_check_is_caught() -> None:
    with pytest.raises(AssertionError, match="garbled name"):
        assert_a_garbled_name_is_never_handed_over(FrameParser(check="off"))


def test_a_reader_with_a_block_check_of_another_make_is_not_held_to_ours() -> None:
    parser = FrameParser()
    other = BLOCK[:-1] + bytes([BLOCK[-1] ^ 0x7F])
    for now in range(1, 20):
        [frame] = parser.feed(other, float(now))
        assert frame.whole


def test_bytes_may_come_one_at_a_time() -> None:
    for wire in (FRAMED, BLOCK):
        parser = FrameParser()
        frames: list[Frame] = []
        for place, byte in enumerate(wire):
            frames += parser.feed(bytes([byte]), 10.0 + place / 1000)
        assert lines_of(frames) == [LINES]


@pytest.mark.parametrize("begun", [FRAMED[:40], BLOCK[:40], BLOCK[:-1]])
@pytest.mark.parametrize("wire", [FRAMED, BLOCK])
def test_a_new_beginning_cuts_an_unfinished_reading_so_two_documents_never_mix(
    begun: bytes, wire: bytes
) -> None:
    frames = FrameParser(check="on").feed(begun + wire, 10.0)
    assert not frames[0].whole
    read = [zone_read(frame.text, TODAY) for frame in frames if frame.whole]
    assert all(isinstance(each, ReadFailed) or each == ALONE for each in read)


def test_a_header_before_stx_and_bytes_after_etx_are_no_readings() -> None:
    parser = FrameParser()
    assert lines_of(parser.feed(b"\x11" + FRAMED + b"\x12\x13", 10.0)) == [LINES]
    assert parser.flush(11.0) == []


def test_a_reading_whose_etx_was_lost_ends_with_silence() -> None:
    parser = FrameParser()
    parser.feed(FRAMED[:-1], 10.0)
    assert lines_of(parser.flush(10.5)) == [LINES]


def test_an_overlong_reading_is_cut_and_marked() -> None:
    parser = FrameParser()
    parser.feed(b"A" * 100_000, 10.0)
    assert parser.pending == MAX_FRAME_BYTES
    [frame] = parser.flush(11.0)
    assert not frame.whole


def test_after_a_flood_the_next_reading_is_read() -> None:
    parser = FrameParser()
    parser.feed(b"A" * 100_000, 10.0)
    parser.flush(11.0)
    assert lines_of(parser.feed(FRAMED, 12.0)) == [LINES]

"""Frames of serial MRZ readers."""

from devices.documents.mrz import split_lines
from devices.serial_mrz.protocol import MAX_FRAME_BYTES, Frame, FrameParser, pieces

LINES = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
PLAIN = b"".join(pieces(LINES, "plain"))
FRAMED = b"".join(pieces(LINES, "stx"))


def lines_of(frames: list[Frame]) -> list[tuple[str, ...]]:
    return [split_lines(frame.text) for frame in frames]


def test_a_plain_reading_ends_with_200_ms_of_silence() -> None:
    parser = FrameParser()
    assert parser.feed(PLAIN, 10.0) == []
    assert parser.flush(10.19) == []
    assert lines_of(parser.flush(10.21)) == [LINES]


def test_line_feeds_after_the_carriage_returns_change_nothing() -> None:
    parser = FrameParser()
    parser.feed(PLAIN.replace(b"\r", b"\r\n"), 10.0)
    assert lines_of(parser.flush(10.3)) == [LINES]


def test_a_framed_reading_ends_at_etx_without_waiting() -> None:
    assert lines_of(FrameParser().feed(FRAMED, 10.0)) == [LINES]


def test_bytes_may_come_one_at_a_time() -> None:
    parser = FrameParser()
    frames: list[Frame] = []
    for place, byte in enumerate(FRAMED):
        frames += parser.feed(bytes([byte]), 10.0 + place / 1000)
    assert lines_of(frames) == [LINES]


def test_a_new_stx_cuts_an_unfinished_reading_so_two_documents_never_mix() -> None:
    frames = FrameParser().feed(FRAMED[:40] + FRAMED, 10.0)
    assert [frame.whole for frame in frames] == [False, True]
    assert lines_of(frames[1:]) == [LINES]


def test_a_header_before_stx_and_a_block_check_after_etx_are_no_readings() -> None:
    parser = FrameParser()
    wire = b"\x01\x5dOU" + FRAMED + b"Z"
    assert lines_of(parser.feed(wire, 10.0)) == [LINES]
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

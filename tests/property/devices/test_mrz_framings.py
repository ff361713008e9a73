"""Whatever a line to an MRZ reader loses or adds, what is accepted stood on one card."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.documents.mrz import parse
from devices.documents.mrz_writer import write
from devices.kinds.document_reader import DocumentRead, zone_read
from devices.serial_mrz.protocol import MAX_FRAME_BYTES, FrameParser, Framing, pieces
from tests.support.zones import TODAY, Zone, some_document

FRAMINGS: tuple[Framing, ...] = ("plain", "stx", "cute", "3m")
Make = Callable[[], FrameParser]


def read_all(parser: FrameParser, wire: list[tuple[bytes, float]]) -> list[DocumentRead]:
    """Feed timed portions and a last silence; return what was accepted."""
    frames = [frame for data, at_s in wire for frame in parser.feed(data, at_s)]
    frames += parser.flush(wire[-1][1] + 1 if wire else 1.0)
    readings = [zone_read(frame.text, TODAY) for frame in frames if frame.whole]
    return [reading for reading in readings if isinstance(reading, DocumentRead)]


def some_zone(dice: random.Random) -> Zone:
    return write(some_document(dice))


def assert_lost_portions_never_mix_documents(make: Make, framing: Framing, rounds: int) -> None:
    """Three documents half a second apart, over lines that lose a fifth or two thirds."""
    dice = random.Random(7)
    read = 0
    for _ in range(rounds):
        zones = [some_zone(dice) for _ in range(3)]
        alone = [zone_read("\r".join(zone), TODAY) for zone in zones]
        loss = dice.choice((0.2, 0.66))
        wire = [
            (portion, 10.0 + n / 2)
            for n, zone in enumerate(zones)
            for portion in pieces(zone, framing)
            if dice.random() > loss
        ]
        for reading in read_all(make(), wire):
            assert reading in alone, "a document that stood on no card was accepted"
            read += 1
    assert read > rounds // 8


@pytest.mark.parametrize("framing", FRAMINGS)
def test_lost_portions_never_make_a_document_of_two(framing: Framing) -> None:
    assert_lost_portions_never_mix_documents(FrameParser, framing, 150)


@pytest.mark.negative_control
def test_a_parser_that_does_not_end_a_reading_at_silence_is_caught() -> None:
    with pytest.raises(AssertionError, match="no card"):
        assert_lost_portions_never_mix_documents(lambda: FrameParser(silence_s=0.9), "plain", 3000)


@given(st.sampled_from(FRAMINGS), st.lists(st.integers(1, 40), max_size=20), st.booleans())
def test_portions_do_not_change_a_reading(framing: Framing, cuts: list[int], lf: bool) -> None:
    zone = some_zone(random.Random(len(cuts)))
    left = b"".join(pieces(zone, framing, lf=lf))
    wire: list[tuple[bytes, float]] = []
    for size in [*cuts, len(left)]:
        wire.append((left[:size], 1.0))
        left = left[size:]
    assert read_all(FrameParser(), wire) == [zone_read("\r".join(zone), TODAY)]


@given(
    st.sampled_from(FRAMINGS),
    st.lists(st.tuples(st.binary(max_size=600), st.floats(0, 0.5)), max_size=10),
)
def test_after_any_garbage_and_a_silence_the_next_document_is_read(
    framing: Framing, chunks: list[tuple[bytes, float]]
) -> None:
    parser, now = FrameParser(), 1.0
    for data, pause in chunks:
        now += pause
        parser.feed(data, now)
        assert parser.pending <= MAX_FRAME_BYTES
    zone = some_zone(random.Random(len(chunks)))
    wire = [(b"".join(pieces(zone, framing)), now + 1.0)]
    assert read_all(parser, wire)[-1:] == [zone_read("\r".join(zone), TODAY)]


@given(st.sampled_from(FRAMINGS), st.integers(0, 110), st.integers(0, 255), st.integers(0, 10_000))
def test_one_wrong_byte_in_a_checked_line_never_gives_another_number_or_date(
    framing: Framing, at: int, byte: int, seed: int
) -> None:
    """Names are covered by no check digit, so only 3M's block check could tell those."""
    document = some_document(random.Random(seed))
    wire = bytearray(b"".join(pieces(write(document), framing)))
    wire[at % len(wire)] = byte
    for reading in read_all(FrameParser(), [(bytes(wire), 1.0)]):
        said = reading.document
        if document.number.isdigit() and document.nationality == said.nationality == "PER":
            assert (said.number, said.birth_date) == (document.number, document.birth_date)


@given(st.integers(0, 2**31))
def test_what_is_written_is_what_is_read(seed: int) -> None:
    document = some_document(random.Random(seed))
    assert parse(write(document), TODAY) == document

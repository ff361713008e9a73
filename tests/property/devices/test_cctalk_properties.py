"""What holds for every ccTalk stream and every history of an acceptor."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.cctalk.event_memory import EventMemory
from devices.cctalk.faults import BookFailed
from devices.cctalk.physical import Memory
from devices.cctalk.protocol import MAX_FRAME_BYTES, Frame, FrameParser, FrameRefused, Mode, Spoilt
from devices.cctalk.till import Till
from tests.unit.devices.test_cctalk_till import FakeBook, money_in, take

BUSY = settings(deadline=None)  # a busy machine is no defect
BYTES = st.integers(0, 255)
MODES = st.sampled_from(["checksum", "crc"])
FRAMES = st.builds(Frame, BYTES, BYTES, BYTES, st.binary(max_size=255))
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["coins", "other", "read", "crash", "reset", "before", "after", "well"]),
        st.integers(1, 7),
    ),
    max_size=40,
)


@settings(BUSY)
@given(FRAMES, MODES)
def test_a_frame_survives_the_wire(frame: Frame, mode: Mode) -> None:
    found = Frame.from_bytes(frame.to_bytes(mode), mode)
    source = frame.source if mode == "checksum" else None
    assert found == Frame(frame.destination, source, frame.header, frame.data)


@settings(BUSY)
@given(FRAMES, MODES, st.integers(0, 259), st.integers(1, 255))
def test_one_damaged_byte_never_passes(frame: Frame, mode: Mode, at: int, change: int) -> None:
    raw = bytearray(frame.to_bytes(mode))
    raw[at % len(raw)] ^= change
    try:
        Frame.from_bytes(bytes(raw), mode)
    except FrameRefused:
        return
    raise AssertionError("a damaged frame was accepted")


@settings(BUSY)
@given(st.lists(st.tuples(st.binary(max_size=700), st.floats(0, 0.2)), max_size=10), MODES)
def test_garbage_never_crashes_the_parser_and_its_buffer_stays_bounded(
    chunks: list[tuple[bytes, float]], mode: Mode
) -> None:
    parser, now = FrameParser(mode), 1.0
    for data, pause in chunks:
        now += pause
        assert all(isinstance(found, (Frame, Spoilt)) for found in parser.feed(data, now))
        assert parser.pending < MAX_FRAME_BYTES
    whole = Frame(1, 40, 0, b"ok")
    assert parser.feed(whole.to_bytes(mode), now + 1.0)[-1].__class__ is Frame


@settings(BUSY)
@given(st.lists(FRAMES, max_size=5), MODES, st.lists(st.integers(1, 30), max_size=30))
def test_portions_do_not_change_what_is_cut(
    frames: list[Frame], mode: Mode, cuts: list[int]
) -> None:
    wire = b"".join(frame.to_bytes(mode) for frame in frames)
    parser, found = FrameParser(mode), list[Any]()
    for size in [*cuts, len(wire)]:
        found += parser.feed(wire[:size], 1.0)
        wire = wire[size:]
    assert [(it.destination, it.header, it.data) for it in found] == [
        (it.destination, it.header, it.data) for it in frames
    ]


@settings(BUSY, max_examples=200)
@given(OPERATIONS)
def test_whatever_happens_credits_and_missing_pieces_add_up_to_what_was_taken(
    operations: list[tuple[str, int]],
) -> None:
    """Coins, resets, crashes and a failing book in any order: nothing doubled, nothing silent."""
    device, book = EventMemory(Memory(None)), FakeBook()
    till = Till(book, "coin-1", money_in)
    till.adopt(device.reading, device.accepted)
    for what, count in operations:
        if what == "coins":
            take(device, *range(1, count + 1))
        elif what == "other":
            for _ in range(count):
                device.add(0, 2)
        elif what == "reset":
            device.clear()
        elif what in ("before", "after", "well"):
            book.fail = "" if what == "well" else what
        elif what == "crash":
            till = Till(book, "coin-1", money_in)
        else:
            absorb(till, device)
    book.fail = ""
    absorb(till, device)
    missing = till.missing(device.accepted)
    assert missing is not None
    assert missing >= 0
    assert len(book.credits) + missing == device.accepted
    assert len(book.credits) == book.tallies["coin-1"].accepted


def absorb(till: Till, device: EventMemory) -> None:
    try:
        till.absorb(device.reading)
    except BookFailed:
        assert till.failed

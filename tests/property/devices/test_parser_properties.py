"""What holds for every byte stream: bounded buffers, no crash, portions do not matter."""

from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.interpreter import Interpreter
from devices.escpos.protocol import MessageParser, ProcessDone, mark_process, process_done
from devices.serial_mrz.protocol import MAX_FRAME_BYTES, FrameParser, pieces

CHUNKS = st.lists(st.tuples(st.binary(max_size=700), st.floats(0, 0.5)), max_size=12)
LINES = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)


@given(CHUNKS)
def test_garbage_never_crashes_the_frame_parser_and_its_buffer_stays_bounded(
    chunks: list[tuple[bytes, float]],
) -> None:
    parser, now = FrameParser(), 1.0
    for data, pause in chunks:
        now += pause
        frames = parser.feed(data, now)
        assert parser.pending <= MAX_FRAME_BYTES
        assert all(len(frame.data) <= MAX_FRAME_BYTES for frame in frames)


@given(CHUNKS)
def test_after_any_garbage_and_silence_a_framed_reading_comes_through(
    chunks: list[tuple[bytes, float]],
) -> None:
    parser, now = FrameParser(), 1.0
    for data, pause in chunks:
        now += pause
        parser.feed(data, now)
    frames = parser.feed(b"".join(pieces(LINES, "stx")), now + 1.0)
    assert frames[-1].data == b"".join(pieces(LINES, "plain"))


@given(st.lists(st.integers(1, 40), max_size=20))
def test_portions_do_not_change_a_reading(cuts: list[int]) -> None:
    wire = b"".join(pieces(LINES, "stx"))
    parser = FrameParser()
    frames = []
    for size in [*cuts, len(wire)]:
        frames += parser.feed(wire[:size], 1.0)
        wire = wire[size:]
    assert [frame.data for frame in frames] == [b"".join(pieces(LINES, "plain"))]


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_garbage_never_crashes_the_status_parser(chunks: list[bytes]) -> None:
    parser = MessageParser()
    for data in chunks:
        parser.feed(data)
        assert parser.pending < 7


@given(st.integers(0, 9999), st.integers(0, 6), st.integers(0, 255))
def test_one_wrong_byte_in_a_completion_never_confirms_the_same_job(
    process_id: int, at: int, byte: int
) -> None:
    wire = bytearray(process_done(process_id))
    changed = wire[at] != byte
    wire[at] = byte
    confirmed = ProcessDone(process_id) in MessageParser().feed(bytes(wire))
    assert confirmed is not changed


@given(st.integers(0, 9999))
def test_marks_and_their_answers_carry_the_same_id(process_id: int) -> None:
    assert mark_process(process_id)[-4:] == process_done(process_id)[2:6]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_garbage_never_crashes_the_interpreter_and_portions_do_not_matter(
    chunks: list[bytes],
) -> None:
    pieced = Interpreter()
    outcomes = [outcome for data in chunks for outcome in pieced.feed(data)]
    assert outcomes == Interpreter().feed(b"".join(chunks))

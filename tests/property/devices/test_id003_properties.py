"""Whatever bytes come, frames are only found where they are; whatever happens, one credit."""

from hypothesis import given
from hypothesis import strategies as st

from devices.id003.protocol import (
    MAX_DATA,
    MAX_FRAME_BYTES,
    Frame,
    FrameParser,
    FrameRefused,
    Note,
    Spoilt,
    State,
    notes_of,
)
from devices.id003.under_way import Seen, UnderWay, Verdict, judge

frames = st.builds(Frame, st.integers(0, 255), st.binary(max_size=MAX_DATA))
TWENTY = Note("PEN20", 2000)


@given(frames)
def test_a_frame_reads_back_as_it_was_written(frame: Frame) -> None:
    assert Frame.from_bytes(frame.to_bytes()) == frame


@given(frames, st.data())
def test_one_changed_byte_is_always_noticed(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(frame.to_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        Frame.from_bytes(bytes(raw))
    except FrameRefused:
        return
    raise AssertionError("a damaged frame was believed")


@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_frames_are_found_however_they_are_cut(sent: list[Frame], size: int) -> None:
    stream = b"".join(frame.to_bytes() for frame in sent)
    parser = FrameParser()
    found: list[Frame | Spoilt] = []
    for start in range(0, len(stream), size):
        found += parser.feed(stream[start : start + size], 0.0)
    assert found == sent
    assert parser.pending == 0


@given(st.binary(max_size=2000), st.integers(1, 64))
def test_any_bytes_leave_the_parser_bounded_and_alive(noise: bytes, size: int) -> None:
    parser = FrameParser()
    for start in range(0, len(noise), size):
        for it in parser.feed(noise[start : start + size], 0.0):
            assert isinstance(it, Spoilt) or Frame.from_bytes(it.to_bytes()) == it
        assert parser.pending < MAX_FRAME_BYTES
    assert parser.feed(Frame(0x11).to_bytes(), 100.0) == [Frame(0x11)]


@given(st.binary(max_size=64))
def test_a_currency_assignment_is_read_or_refused(data: bytes) -> None:
    try:
        notes = notes_of(data, 47)
    except ValueError:
        assert len(data) % 4
        return
    assert all(0 < note.centimos <= 1_000_000 for note in notes.values())
    assert all(note.centimos % 100 == 0 for note in notes.values())


@given(st.lists(st.tuples(st.sampled_from(State), st.booleans(), st.booleans()), max_size=30))
def test_one_stacked_note_is_credited_once_at_most_whatever_the_device_says(
    story: list[tuple[State, bool, bool]],
) -> None:
    """Each step may be followed by a crash, which forgets what was seen and keeps the book."""
    mark: UnderWay | None = UnderWay("stacking", TWENTY)
    seen, credits, lost = Seen(), 0, False
    for state, crash, same in story:
        seen = Seen() if crash else seen.after(state)
        verdict = judge(mark, state, seen, same_note=same)
        if verdict is Verdict.CREDIT:
            credits, mark = credits + 1, UnderWay("booked", TWENTY)
        elif verdict is Verdict.DOUBT:
            mark = UnderWay("doubtful", TWENTY)
        elif verdict is Verdict.LOST:
            lost = True
            break
        elif verdict in (Verdict.RETURNED, Verdict.FORGET):
            mark = None
    assert credits <= 1
    assert not (lost and credits and mark is not None)

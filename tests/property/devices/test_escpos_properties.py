"""What holds for every printer's answer, every letter and every picture."""

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.escpos.composer import FILL, PIECE_BYTES, SEVER, compose, compose_pieces
from devices.escpos.conversation import LONGEST_HEADER
from devices.escpos.custom.protocol import Counted, FullStatus, MessageParser
from devices.escpos.interpreter import Interpreter, Processed
from devices.escpos.letters import CODECS, printable
from devices.escpos.protocol import mark_process
from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Qr, Rule, Text

CHUNKS = st.lists(st.binary(max_size=64), max_size=20)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, TEXTS, width=st.integers(1, 8), height=st.integers(1, 8)),
    st.builds(Qr, st.text("abcÑ:/.1", min_size=1, max_size=120)),
    st.builds(Feed, st.integers(0, 255)),
    st.just(Rule()),
)
PROFILES = st.sampled_from(["default", "TH230", "KPM150"])
SPANISH = "áéíóúüñÁÉÍÓÚÜÑ¿¡äïÄÏ"


@given(CHUNKS)
def test_garbage_never_crashes_customs_parser_and_it_stays_bounded(chunks: list[bytes]) -> None:
    parser = MessageParser()
    for data in chunks:
        parser.feed(data)
        assert parser.pending <= 16


@given(CHUNKS)
def test_portions_do_not_matter_to_customs_parser(chunks: list[bytes]) -> None:
    pieced, whole = MessageParser(), MessageParser()
    messages = [message for data in chunks for message in pieced.feed(data)]
    assert messages == whole.feed(b"".join(chunks))
    assert (pieced.strays, pieced.pending) == (whole.strays, whole.pending)


@given(st.binary(max_size=40), st.integers(0, 999_999_999))
def test_a_reading_after_any_garbage_and_a_line_end_is_whole(garbage: bytes, cuts: int) -> None:
    """Behind an unfinished status it can be lost; it is never another number."""
    messages = MessageParser().feed(garbage + b"\n" + b"%d cuts" % cuts)
    last = messages[-1] if messages else None
    assert last == Counted("cuts", cuts) or not isinstance(last, Counted) or b"cuts" in garbage


@given(st.binary(min_size=4, max_size=4))
def test_a_status_with_its_fixed_bits_set_is_none(data: bytes) -> None:
    messages = MessageParser().feed(b"\x10\x0f" + data)
    assert (messages == [FullStatus(*data)]) is (not data[0] & 0x1A)


@given(TEXTS, st.sampled_from(sorted(CODECS)))
def test_every_text_can_be_printed_in_every_page(text: str, page: str) -> None:
    printable(text, page).encode(CODECS[page])


@given(st.text(SPANISH + "abc '-", max_size=40), st.sampled_from(sorted(CODECS)))
def test_spanish_quechua_and_aymara_are_printed_as_they_are(text: str, page: str) -> None:
    assert printable(text, page) == text


@settings(deadline=None)  # the first picture of a code loads what draws it
@given(st.lists(BLOCKS, max_size=8), PROFILES)
def test_no_job_leaves_a_command_open(blocks: list[Block], profile: str) -> None:
    job = PrintJob("j", (*blocks, Cut()))
    pieces = compose_pieces(job, profile)
    assert b"".join(piece.data for piece in pieces) == compose(job, profile)
    for piece in pieces:
        assert len(piece.data) <= PIECE_BYTES + 64
        assert Interpreter().feed(piece.data + mark_process(7))[-1] == Processed(b"0007")


@given(st.lists(BLOCKS, min_size=1, max_size=4), PROFILES, st.floats(0, 1))
def test_a_printer_stopped_anywhere_in_a_job_is_brought_to_its_senses(
    blocks: list[Block], profile: str, share: float
) -> None:
    """What the driver sends first on a new line: a question behind NUL, NUL, a cut, a fence."""
    data = compose(PrintJob("j", (*blocks, Cut())), profile)
    printer = Interpreter()
    printer.feed(data[: int(share * len(data))])
    outcomes = printer.feed(LONGEST_HEADER + b"\x10\x04\x01" + FILL + SEVER + mark_process(7))
    assert outcomes[-1] == Processed(b"0007")
    assert len(outcomes) >= 2  # and the paper was cut before it

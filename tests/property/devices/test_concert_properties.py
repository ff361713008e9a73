"""What holds for every Concert frame: it survives the wire, damage is seen, nothing overflows."""

from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from devices.concert.protocol import MAX_TEXT, Answer, Damaged, Ear, Noise, Request, Signal
from devices.concert.seven_bits import with_parity, without_parity
from devices.concert.verdict import Asked, judge

POS = st.from_regex(r"[0-9]{2}", fullmatch=True)
CENTIMOS = st.integers(0, 99_999_999)
DIGIT = st.sampled_from("0123456789")
CURRENCY = st.from_regex(r"[0-9]{3}", fullmatch=True)
PRIVATE = st.from_regex(r"(?:[ -~]{0,9}[!-~])?", fullmatch=True)
REQUESTS = st.builds(
    Request,
    POS,
    CENTIMOS,
    answer=st.sampled_from("01"),
    means=DIGIT,
    kind=DIGIT,
    currency=CURRENCY,
    private=PRIVATE,
    delay=st.sampled_from(["A010", "A011"]),
    authorisation=st.sampled_from(["B010", "B011"]),
)
ANSWERS = st.builds(Answer, POS, DIGIT, CENTIMOS, DIGIT, CURRENCY, PRIVATE)
NUMBER = st.from_regex(r"[0-9]{12,19}", fullmatch=True)


@given(REQUESTS)
def test_every_request_survives_the_wire(request: Request) -> None:
    assert Ear(Request.from_text).feed(request.to_bytes()) == [request]


@given(ANSWERS, st.none() | NUMBER)
def test_every_answer_survives_the_wire_without_its_card_number(
    answer: Answer, number: str | None
) -> None:
    [read] = Ear(Answer.from_text).feed(answer.to_bytes(number))
    assert isinstance(read, Answer)
    last4 = "" if number is None else number[-4:]
    assert read.masked_last4 == last4
    assert (read.amount_centimos, read.result) == (answer.amount_centimos, answer.result)
    assert read.private == answer.private


@given(ANSWERS, st.none() | NUMBER, st.integers(0, 82), st.integers(1, 255))
def test_one_damaged_byte_is_always_seen(
    answer: Answer, number: str | None, at: int, bits: int
) -> None:
    data = bytearray(answer.to_bytes(number))
    assume(at < len(data))
    data[at] ^= bits
    heard = Ear(Answer.from_text).feed(bytes(data))
    assert not any(isinstance(item, Answer) for item in heard)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_garbage_is_cut_without_a_crash_or_a_growing_buffer(pieces: list[bytes]) -> None:
    ear = Ear(Answer.from_text)
    for piece in pieces:
        for item in ear.feed(piece):
            assert isinstance(item, (Signal, Answer, Damaged, Noise))
        assert len(vars(ear)["_text"]) <= MAX_TEXT


@given(ANSWERS, CENTIMOS)
def test_approved_is_only_ever_said_of_the_amount_asked(answer: Answer, asked: int) -> None:
    wanted = Asked("PAY1", answer.pos_number, asked, "SIM", echoed=False)
    verdict = judge(wanted, answer, datetime(2026, 3, 2, tzinfo=UTC), stopped=False)
    if verdict.outcome == "approved":
        assert (answer.result, answer.currency) == ("0", "604")
        assert answer.amount_centimos == asked


@given(st.binary(max_size=100).map(lambda data: bytes(byte & 0x7F for byte in data)))
def test_seven_bits_survive_their_parity(data: bytes) -> None:
    assert without_parity(with_parity(data)) == data

"""Concert E frames: written as published, read by fixed fields, a card's number never kept."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from devices.concert.memory import REMEMBERED, Memory
from devices.concert.protocol import (
    MAX_TEXT,
    Answer,
    Damaged,
    Ear,
    FrameRefused,
    Noise,
    Request,
    Signal,
    frame,
    last_four,
    lrc,
)
from devices.concert.seven_bits import with_parity, without_parity
from devices.concert.verdict import Asked, Verdict, compare, judge

FEE = 3770
AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
PAN = "4000001234567899"
REQUEST = Request("01", FEE)
PAID = Answer("01", "0", FEE, "1", "604", "N000000001")
ASKED = Asked("PAY1", "01", FEE, "SIM00001", echoed=False)


def heard(data: bytes) -> list[object]:
    return list(Ear(Answer.from_text).feed(data))


def test_a_request_is_written_as_published() -> None:
    text = b"0100003770010604          A010B010"
    assert len(text) == 34
    assert REQUEST.to_bytes() == b"\x02" + text + b"\x03" + bytes([lrc(text + b"\x03")])
    assert REQUEST.to_bytes()[-1] == 0x01
    assert Request.from_text(text.decode()) == REQUEST


def test_the_check_byte_is_the_xor_of_all_after_stx() -> None:
    assert lrc(b"\x03") == 0x03
    assert frame("A") == b"\x02A\x03\x42"


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, amount_centimos=-1),
        replace(REQUEST, amount_centimos=10**8),
        replace(REQUEST, pos_number="1"),
        replace(REQUEST, private="ELEVENCHARS"),
        replace(REQUEST, private="ñ"),
        replace(REQUEST, currency="PEN"),
        replace(REQUEST, delay="A012"),
    ],
)
def test_a_request_no_terminal_would_take_is_not_written(request_: Request) -> None:
    with pytest.raises(FrameRefused):
        request_.to_bytes()


def test_answers_have_28_and_83_bytes_and_both_are_read() -> None:
    short, long = PAID.to_bytes(), PAID.to_bytes(f"{PAN}=3012101000")
    assert (len(short), len(long), MAX_TEXT) == (28, 83, 80)
    assert heard(short) == [PAID]
    assert heard(long) == [replace(PAID, masked_last4="7899")]


@pytest.mark.parametrize(
    ("report", "last"),
    [
        (PAN, "7899"),
        (f"{PAN}  {'0' * 37}", "7899"),
        (f"{PAN}=30121010000000000", "7899"),
        (f"{PAN}D30121010000000000", "7899"),
        ("400000******7899", "7899"),
        ("############7899", "7899"),
        ("4000001234567890123", "0123"),
        ("", ""),
        ("7899", ""),
        ("0" * 55, ""),
        (f"{PAN}12345", ""),
        ("PRUEBA/JUAN 7899", ""),
    ],
)
def test_only_the_last_four_digits_of_a_card_number_are_taken(report: str, last: str) -> None:
    assert last_four(report) == last


def check_holds_no_number(kept: object) -> None:
    """Raise AssertionError if more of the card's number than its last four digits is shown."""
    assert PAN[:12] not in repr(kept)
    assert PAN[4:] not in repr(kept)


@pytest.mark.parametrize("change", [{}, {-1: 0x01}, {40: 0x01}, {70: 0x80}])
def test_a_card_number_is_kept_nowhere_whatever_becomes_of_the_frame(
    change: dict[int, int],
) -> None:
    data = bytearray(PAID.to_bytes(f"{PAN}=3012101000"))
    for at, bits in change.items():
        data[at] ^= bits
    ear = Ear(Answer.from_text)
    got = ear.feed(bytes(data))
    check_holds_no_number((got, vars(ear)))
    ear.feed(bytes(data[:30]))
    check_holds_no_number((ear.silence(), vars(ear)))


@pytest.mark.negative_control
def test_an_ear_that_kept_the_text_would_be_noticed() -> None:
    ear = Ear(lambda text: text)
    with pytest.raises(AssertionError):
        check_holds_no_number(ear.feed(PAID.to_bytes(PAN)))


def test_signals_frames_and_noise_are_told_apart_in_one_stream() -> None:
    data = b"\x06??\x15" + PAID.to_bytes() + b"\x04\x05"
    expected = [Signal.ACK, Noise(), Signal.NAK, PAID, Signal.EOT, Signal.ENQ]
    assert heard(data) == expected
    ear = Ear(Answer.from_text)
    assert [item for byte in data for item in ear.feed(bytes([byte]))] == [
        Signal.ACK,
        Noise(),
        Noise(),
        *expected[2:],
    ]


@pytest.mark.parametrize(
    "data",
    [
        PAID.to_bytes()[:-1] + b"\x00",
        frame("too short"),
        frame("x" * 25),
        PAID.to_bytes().replace(b"604", b"60\x85"),
        b"\x02" + b"9" * 82,
        PAID.to_bytes()[:10] + b"\x05",
        PAID.to_bytes()[:10] + PAID.to_bytes(),
    ],
)
def test_a_frame_that_is_not_whole_is_damaged_and_never_an_answer(data: bytes) -> None:
    first, *_rest = heard(data)
    assert isinstance(first, Damaged)


def test_what_follows_a_frame_whose_end_was_lost_is_heard() -> None:
    assert heard(PAID.to_bytes()[:10] + PAID.to_bytes())[1:] == [PAID]
    assert heard(PAID.to_bytes()[:10] + b"\x05")[1:] == [Signal.ENQ]


def test_half_a_frame_ends_with_silence() -> None:
    ear = Ear(Answer.from_text)
    assert ear.feed(PAID.to_bytes()[:20]) == []
    assert ear.pending
    assert isinstance(ear.silence()[0], Damaged)
    assert ear.silence() == []
    assert ear.feed(PAID.to_bytes()) == [PAID]


def test_parity_is_made_and_checked_byte_by_byte() -> None:
    every = bytes(range(0x80))
    coded = with_parity(every)
    assert all(byte.bit_count() % 2 == 0 for byte in coded)
    assert without_parity(coded) == every
    assert with_parity(b"\x05\x06\x15\x02") == b"\x05\x06\x95\x82"
    assert without_parity(b"\x15\x02\x04") == b"\x15\x02\x04"
    assert without_parity(b"1") == b"\xff"


def test_an_answer_with_the_amount_asked_is_approved_with_its_evidence() -> None:
    verdict = judge(ASKED, replace(PAID, masked_last4="7899", means="2"), AT, stopped=False)
    assert verdict.outcome == "approved"
    assert verdict.evidence is not None
    assert (verdict.evidence.stan, verdict.evidence.masked_last4) == ("N000000001", "7899")
    assert (verdict.evidence.scheme, verdict.evidence.terminal_id) == ("amex", "SIM00001")
    assert verdict.evidence.at == AT


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"result": "7"}, "declined"),
        ({"result": "7", "amount_centimos": 0}, "declined"),
        ({"result": "7", "amount_centimos": 1}, "unknown"),
        ({"result": "9"}, "unknown"),
        ({"result": "1"}, "unknown"),
        ({"amount_centimos": 3769}, "unknown"),
        ({"amount_centimos": 0}, "unknown"),
        ({"currency": "840"}, "unknown"),
        ({"pos_number": "02"}, "unknown"),
    ],
)
def test_an_answer_that_differs_is_never_approved(change: dict[str, object], outcome: str) -> None:
    answer = replace(PAID, **change)  # pyright: ignore[reportArgumentType]
    assert judge(ASKED, answer, AT, stopped=False).outcome == outcome


def test_a_refusal_after_we_said_stop_is_an_aborted_payment() -> None:
    assert judge(ASKED, replace(PAID, result="7"), AT, stopped=True).outcome == "aborted"
    assert judge(ASKED, PAID, AT, stopped=True).outcome == "approved"


def test_a_terminal_that_echoes_must_echo_our_id() -> None:
    asked = replace(ASKED, echoed=True)
    assert judge(asked, PAID, AT, stopped=False).outcome == "unknown"
    echo = judge(asked, replace(PAID, private="PAY1"), AT, stopped=False)
    assert echo.outcome == "approved"
    assert echo.evidence is not None
    assert echo.evidence.stan == ""


def test_whoever_asks_about_another_amount_is_not_told_it_was_approved() -> None:
    approved = judge(ASKED, PAID, AT, stopped=False)
    assert compare(approved, FEE) == compare(approved, None) == approved
    assert compare(approved, FEE - 1).outcome == "unknown"
    assert compare(Verdict("declined"), FEE + 1).outcome == "declined"


def test_only_the_latest_payments_are_remembered() -> None:
    memory = Memory()
    for number in range(REMEMBERED + 3):
        memory.settle(f"PAY{number}", Verdict("declined"))
    assert [memory.of(f"PAY{number}") is None for number in (2, 3)] == [True, False]

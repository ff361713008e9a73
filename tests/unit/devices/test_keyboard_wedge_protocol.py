"""What a keyboard reader types, from recorded key events."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.documents.mrz import split_lines
from devices.input_events import EV_KEY, EV_SYN, SYN_DROPPED, InputEvent, PacketParser, packet_bytes
from devices.keyboard_wedge.driver import NO_ZONE, judging
from devices.keyboard_wedge.protocol import (
    MAX_CHARACTERS,
    Typed,
    WedgeParser,
    keys_of,
    typed_packets,
)
from devices.kinds.document_reader import DocumentRead, ReadFailed
from devices.simulated_reader import SAMPLE

TODAY = date(2025, 11, 21)
ZONE = "".join(f"{line}\r" for line in SAMPLE)
AT_US = 5_000_000_000_000
DROPPED = InputEvent(AT_US, EV_SYN, SYN_DROPPED, 0).to_bytes()
# ICAO Doc 9303 part 4: the specimen of the fictitious State UTO.
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)


def typed(wire: bytes, parser: WedgeParser | None = None) -> list[Typed]:
    parser = parser or WedgeParser()
    return parser.feed(wire, 10.0) + parser.feed(b"", 10.2)


def stroke(code: int, *, at_us: int = AT_US) -> bytes:
    return packet_bytes(at_us, (EV_KEY, code, 1)) + packet_bytes(at_us, (EV_KEY, code, 0))


def test_a_typed_zone_is_a_document_without_waiting_for_silence() -> None:
    [reading] = WedgeParser().feed(typed_packets(ZONE, AT_US), 10.0)
    judged = judging(lambda: TODAY)(reading)
    assert isinstance(judged.reading, DocumentRead)
    assert judged.reading.document.number == "10117410"


def test_a_passport_is_complete_after_its_second_line() -> None:
    [reading] = WedgeParser().feed(typed_packets("\r".join(TD3) + "\r", AT_US), 10.0)
    assert split_lines(reading.text) == TD3


def test_a_zone_without_a_last_enter_ends_with_150_ms_of_silence() -> None:
    parser = WedgeParser()
    assert parser.feed(typed_packets(ZONE[:-1], AT_US), 10.0) == []
    assert parser.feed(b"", 10.14) == []
    [reading] = parser.feed(b"", 10.16)
    assert split_lines(reading.text) == SAMPLE


@given(st.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<?*_ abz!"#', min_size=8, max_size=100))
def test_every_character_of_the_us_layout_is_typed_and_read_back(text: str) -> None:
    assert typed(typed_packets(text, AT_US)) == [Typed(text)]


def test_the_filler_is_also_taken_from_the_extra_key_of_spanish_keyboards() -> None:
    assert typed(stroke(86) * 8) == [Typed("<" * 8)]


def test_a_key_held_down_is_typed_once() -> None:
    held = packet_bytes(AT_US, (EV_KEY, 30, 1)) + packet_bytes(AT_US, (EV_KEY, 30, 2)) * 50
    assert typed(held + stroke(31) * 7) == [Typed("asssssss")]


def test_control_characters_of_a_framing_reader_are_left_out() -> None:
    """STX and ETX as some readers type them: Ctrl+B and Ctrl+C."""
    control = packet_bytes(AT_US, (EV_KEY, 29, 1)), packet_bytes(AT_US, (EV_KEY, 29, 0))
    wire = control[0] + stroke(48) + control[1] + typed_packets("ABCDEFGH", AT_US)
    assert typed(wire) == [Typed("ABCDEFGH")]


def test_two_documents_are_told_apart_by_the_time_of_their_keys_however_late_they_come() -> None:
    wire = typed_packets(ZONE[:40], AT_US) + typed_packets(ZONE, AT_US + 500_000)
    readings = WedgeParser().feed(wire, 10.0)
    assert [split_lines(each.text) for each in readings] == [(SAMPLE[0],), SAMPLE]


def test_a_clock_set_back_between_two_documents_tells_them_apart_too() -> None:
    wire = typed_packets(ZONE[:40], AT_US) + typed_packets(ZONE, AT_US - 3_600_000_000)
    assert split_lines(WedgeParser().feed(wire, 10.0)[-1].text) == SAMPLE


def assert_a_reading_with_lost_keys_is_not_whole(parser: WedgeParser) -> None:
    """The lost keys were fillers, so that what is left still has the length of a line."""
    wire = typed_packets(ZONE[:30], AT_US) + DROPPED + packet_bytes(AT_US)
    wire += typed_packets(ZONE[30:], AT_US)
    readings = typed(wire, parser)
    assert not any(each.whole for each in readings), "lost keys went unnoticed"


def test_a_reading_with_lost_keys_is_read_again() -> None:
    assert_a_reading_with_lost_keys_is_not_whole(WedgeParser())
    judged = judging(lambda: TODAY)(Typed(ZONE, whole=False))
    assert isinstance(judged.reading, ReadFailed)


@pytest.mark.negative_control
def test_a_parser_that_ignores_lost_events_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PacketParser, "_lose", lambda _self: None)
    with pytest.raises(AssertionError, match="went unnoticed"):
        assert_a_reading_with_lost_keys_is_not_whole(WedgeParser())


def test_a_shift_whose_release_was_lost_does_not_spoil_the_next_document() -> None:
    parser = WedgeParser()
    parser.feed(packet_bytes(AT_US, (EV_KEY, 42, 1)), 10.0)
    parser.feed(typed_packets("ABCDEFGH", AT_US)[:-96] + DROPPED, 10.0)
    parser.feed(b"", 11.0)
    [reading] = parser.feed(packet_bytes(AT_US) + typed_packets(ZONE, AT_US + 9_000_000), 12.0)[-1:]
    assert split_lines(reading.text) == SAMPLE


def test_a_key_pressed_by_mistake_is_no_reading() -> None:
    assert typed(typed_packets("abc\r", AT_US)) == []


def test_an_endless_text_is_bounded_and_not_whole() -> None:
    parser = WedgeParser()
    parser.feed(typed_packets("A" * 700, AT_US, gap_us=1000), 10.0)
    assert parser.pending <= MAX_CHARACTERS
    [reading] = parser.feed(b"", 11.0)
    assert not reading.whole


def test_text_that_is_no_zone_has_a_sentence_for_the_technician() -> None:
    assert judging(lambda: TODAY)(Typed("HELLO WORLD")).symptom == NO_ZONE
    assert judging(lambda: TODAY)(Typed(ZONE)).symptom == ""


def test_what_was_typed_shows_in_no_representation() -> None:
    assert "PRUEBA" not in repr(Typed(ZONE))


def test_a_character_without_a_key_is_refused_by_the_simulated_reader() -> None:
    with pytest.raises(KeyError):
        list(keys_of("ñ"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=300), st.floats(0, 0.4)), max_size=15))
def test_garbage_never_crashes_the_parser_and_the_next_document_is_read(
    chunks: list[tuple[bytes, float]],
) -> None:
    parser, now = WedgeParser(), 1.0
    for data, pause in chunks:
        now += pause
        parser.feed(data, now)
        assert parser.pending <= MAX_CHARACTERS + 100
    parser.feed(packet_bytes(1, (EV_SYN, SYN_DROPPED, 0)), now)
    parser.feed(b"", now + 1)
    [reading] = parser.feed(typed_packets(ZONE, AT_US), now + 2)[-1:]
    assert split_lines(reading.text) == SAMPLE

"""Scans of a bar code scanner, and what each is taken for."""

from collections.abc import Callable

import pytest

from devices.documents.mrz import Refusal
from devices.kinds.document_reader import NumberRead, QrRead, ReadFailed, Reading
from devices.scanner_2d.driver import NO_IDENTIFIER, NO_TEXT, judge
from devices.scanner_2d.protocol import (
    MAX_PAYLOAD_BYTES,
    Scan,
    ScanParser,
    Symbology,
    scan_bytes,
)

TEMPLATE = bytes(range(256)) * 4


def scans_of(wire: bytes, parser: ScanParser | None = None) -> list[Scan]:
    parser = parser or ScanParser()
    return parser.feed(wire, 10.0) + parser.flush(10.3)


def reading_of(wire: bytes) -> Reading:
    [scan] = scans_of(wire)
    return judge(scan).reading


@pytest.mark.parametrize(
    ("wire", "reading"),
    [
        (b"]A010117410\r", NumberRead("01", "10117410")),
        (b"]A0101174102\r", NumberRead("01", "10117410", checked=True)),
        (b"]A010117410G\r", NumberRead("01", "10117410", checked=True)),
        (b"]C010117410\r", NumberRead("01", "10117410")),
        (b"]A410117410\r\n", NumberRead("01", "10117410")),
        (b"]A010117410", NumberRead("01", "10117410")),
        (b"]A0101174103\r", ReadFailed(Refusal.CHECK_DIGIT)),
        (b"]A010117410H\r", ReadFailed(Refusal.CHECK_DIGIT)),
        (b"]A01011741\r", ReadFailed(Refusal.UNREADABLE)),
        (b"]A010117410L\r", ReadFailed(Refusal.UNREADABLE)),
        (b"]A0ABC\r", ReadFailed(Refusal.UNREADABLE)),
        (b"]E07750182000000\r", ReadFailed(Refusal.UNREADABLE)),
        (b"]Q1https://example.com/1\r", QrRead(b"https://example.com/1")),
        (b"]Q110117410\r", QrRead(b"10117410")),
        (b"]Q1one\rtwo\r", QrRead(b"one\rtwo")),
        (b"]Q1\r", ReadFailed(Refusal.UNREADABLE)),
        (b"]L0" + TEMPLATE + b"\r", ReadFailed(Refusal.NOT_TEXT)),
        (b"10117410\r", ReadFailed(Refusal.UNREADABLE)),
    ],
)
def test_each_symbology_is_taken_for_what_it_is(wire: bytes, reading: Reading) -> None:
    assert reading_of(wire) == reading


def test_a_scan_ends_50_ms_after_its_carriage_return_and_200_ms_after_anything_else() -> None:
    parser = ScanParser()
    assert parser.feed(b"]A010117410\r", 10.0) == []
    assert parser.flush(10.04) == []
    assert len(parser.flush(10.06)) == 1
    assert parser.feed(b"]A010117410", 11.0) == []
    assert parser.flush(11.19) == []
    assert len(parser.flush(11.21)) == 1


def test_a_lone_carriage_return_is_no_scan() -> None:
    assert scans_of(b"\r\n") == []


def test_bytes_may_come_one_at_a_time() -> None:
    parser, scans = ScanParser(), list[Scan]()
    for place, byte in enumerate(scan_bytes(Symbology.QR, b"some text")):
        scans += parser.feed(bytes([byte]), 10.0 + place / 1000)
    assert [scan.payload for scan in scans + parser.flush(11.0)] == [b"some text"]


def assert_a_qr_code_is_never_cut(scans: Callable[[bytes], list[Scan]]) -> None:
    read = [judge(scan).reading for scan in scans(b"]Q110117410\rremainder\r")]
    assert read == [QrRead(b"10117410\rremainder")], "a QR code was cut"


def test_a_qr_code_with_a_line_end_in_it_is_one_scan() -> None:
    assert_a_qr_code_is_never_cut(scans_of)


@pytest.mark.negative_control
def test_a_parser_that_ends_at_the_first_carriage_return_is_caught() -> None:
    def eager(wire: bytes) -> list[Scan]:
        return [scan for part in wire.split(b"\r") if part for scan in scans_of(part)]

    with pytest.raises(AssertionError, match="was cut"):
        assert_a_qr_code_is_never_cut(eager)


def assert_no_template_is_kept(parser: ScanParser) -> None:
    for cut in range(0, len(TEMPLATE), 97):
        parser.feed((b"]L0" + TEMPLATE)[cut : cut + 97], 10.0)
        assert parser.pending <= 3, "a template was kept"
    [scan] = parser.flush(11.0)
    assert scan == Scan("L", b"")


def test_nothing_of_a_fingerprint_template_is_kept() -> None:
    assert_no_template_is_kept(ScanParser())


@pytest.mark.negative_control
def test_a_parser_that_keeps_the_template_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScanParser, "_is_template", lambda _self: False)
    with pytest.raises(AssertionError, match="was kept"):
        assert_no_template_is_kept(ScanParser())


def test_4_kib_are_the_limit_and_what_is_longer_is_unreadable() -> None:
    whole = scan_bytes(Symbology.QR, b"x" * MAX_PAYLOAD_BYTES)
    assert reading_of(whole) == QrRead(b"x" * MAX_PAYLOAD_BYTES)
    [scan] = scans_of(scan_bytes(Symbology.QR, b"x" * (MAX_PAYLOAD_BYTES + 1)))
    assert scan == Scan("Q", b"", overlong=True)
    assert judge(scan).reading == ReadFailed(Refusal.UNREADABLE)


def test_after_a_flood_the_buffer_is_bounded_and_the_next_scan_is_read() -> None:
    parser = ScanParser()
    for _ in range(100):
        parser.feed(b"A" * 1000, 10.0)
        assert parser.pending <= MAX_PAYLOAD_BYTES + 5
    parser.flush(11.0)
    assert scans_of(b"]A010117410\r", parser) == [Scan("A", b"10117410")]


def test_scans_without_identifier_and_scans_of_noise_have_a_sentence_for_the_technician() -> None:
    assert [judge(scan).symptom for scan in scans_of(b"10117410\r")] == [NO_IDENTIFIER]
    assert [judge(scan).symptom for scan in scans_of(b"\x80\x81\xfe")] == [NO_TEXT]
    assert [judge(scan).symptom for scan in scans_of(b"]A010117410\r")] == [""]


def test_no_content_shows_in_a_representation() -> None:
    [scan] = scans_of(b"]Q1secret\r")
    assert "secret" not in repr(scan)
    assert "secret" not in repr(judge(scan))

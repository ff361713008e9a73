"""Records of Linux input devices, byte by byte."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.input_events import (
    EV_KEY,
    EV_SYN,
    MAX_EVENTS,
    RECORD_BYTES,
    SYN_DROPPED,
    InputEvent,
    Packet,
    PacketParser,
    packet_bytes,
)

# As a 64-bit kernel writes it: 2025-11-21 10:00:00.123456, key 30 (A) pressed, then SYN_REPORT.
RECORDED = bytes.fromhex(
    "a038206900000000" "40e2010000000000" "01001e0001000000"
    "a038206900000000" "40e2010000000000" "0000000000000000"
)  # fmt: skip
AT_US = 1763719328 * 1_000_000 + 123456
PRESS_A = InputEvent(AT_US, EV_KEY, 30, 1)
DROPPED = InputEvent(AT_US, EV_SYN, SYN_DROPPED, 0).to_bytes()


def test_a_recorded_key_press_is_read_with_its_own_time() -> None:
    assert PacketParser().feed(RECORDED) == [Packet((PRESS_A,))]


def test_what_is_written_is_what_a_kernel_writes() -> None:
    assert packet_bytes(AT_US, (EV_KEY, 30, 1)) == RECORDED


@pytest.mark.parametrize("size", [1, 7, 24, 25, 48])
def test_portions_do_not_matter(size: int) -> None:
    parser, packets = PacketParser(), list[Packet]()
    for at in range(0, len(RECORDED), size):
        packets += parser.feed(RECORDED[at : at + size])
    assert packets == [Packet((PRESS_A,))]
    assert parser.pending == 0


def test_after_lost_events_everything_up_to_the_next_report_is_left_out() -> None:
    half = PRESS_A.to_bytes()
    packets = PacketParser().feed(half + DROPPED + half + RECORDED[24:] + RECORDED)
    assert packets == [Packet((), lost=True), Packet((PRESS_A,))]


def test_bytes_that_are_no_record_are_skipped_until_one_fits_and_count_as_lost() -> None:
    noise = random.Random(1).randbytes(1001)
    assert PacketParser().feed(noise + RECORDED + RECORDED) == [
        Packet((), lost=True),
        Packet((PRESS_A,)),
    ]


def test_a_packet_without_end_is_bounded_and_counts_as_lost() -> None:
    parser = PacketParser()
    for _ in range(20 * MAX_EVENTS):
        parser.feed(PRESS_A.to_bytes())
        assert parser.pending <= MAX_EVENTS + RECORD_BYTES
    assert parser.feed(RECORDED)[0].lost


@pytest.mark.parametrize(
    "fields", [(-1, 0, 1, 30, 1), (0, 1_000_000, 1, 30, 1), (0, -1, 1, 30, 1), (0, 0, 99, 30, 1)]
)
def test_a_time_or_a_type_no_kernel_writes_is_no_record(fields: tuple[int, ...]) -> None:
    assert PacketParser().feed(struct.pack("<qqHHi", *fields) + RECORDED)[0].lost


@given(st.lists(st.binary(max_size=200), max_size=30))
def test_garbage_never_crashes_the_parser_and_its_buffer_stays_bounded(
    chunks: list[bytes],
) -> None:
    parser = PacketParser()
    for data in chunks:
        parser.feed(data)
        assert parser.pending <= MAX_EVENTS + RECORD_BYTES
    settled = parser.feed(RECORDED + RECORDED)
    assert settled[-1] == Packet((PRESS_A,))

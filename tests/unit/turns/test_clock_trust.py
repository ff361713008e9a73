"""When somebody arrived whom a kiosk gave a number without its server."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.turns.model.clock_trust import Arrival, arrival

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
RESERVED = NOW - timedelta(hours=3)
LIMIT_S = 300.0
SPANS = st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=3))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def merge(claimed: datetime, kiosk_now: datetime = NOW) -> Arrival:
    return arrival(claimed, kiosk_now, NOW, RESERVED, LIMIT_S)


def test_a_right_clock_is_believed() -> None:
    assert merge(NOW - minutes(50)) == Arrival(NOW - minutes(50), trusted=True)


@pytest.mark.parametrize("offset", [minutes(4), minutes(-4), minutes(5)])
def test_a_small_offset_is_taken_off(offset: timedelta) -> None:
    claimed = NOW - minutes(50) + offset
    assert merge(claimed, NOW + offset) == Arrival(NOW - minutes(50), trusted=True)


@pytest.mark.parametrize("offset", [minutes(5.1), minutes(-5.1), timedelta(days=-700)])
def test_a_wrong_clock_puts_nobody_in_front(offset: timedelta) -> None:
    assert merge(NOW - minutes(50) + offset, NOW + offset) == Arrival(NOW, trusted=False)


def test_nobody_arrives_before_the_block_was_reserved_nor_in_the_future() -> None:
    assert merge(RESERVED - minutes(30)).at == RESERVED
    assert merge(NOW + minutes(30)).at == NOW


@settings(deadline=None)
@given(claimed=SPANS, kiosk=SPANS, reserved=SPANS, limit_s=st.floats(0, 1e6))
def test_an_arrival_always_lies_within_the_life_of_its_block(
    claimed: timedelta, kiosk: timedelta, reserved: timedelta, limit_s: float
) -> None:
    reserved_at = NOW - abs(reserved)
    found = arrival(NOW + claimed, NOW + kiosk, NOW, reserved_at, limit_s)
    assert reserved_at <= found.at <= NOW


@pytest.mark.negative_control
def test_believing_every_claim_would_let_a_wrong_clock_jump_the_queue() -> None:
    """The broken variant takes the kiosk's word: an hour slow is an hour ahead of everybody."""
    slow = timedelta(hours=-1)
    claimed = NOW - minutes(10) + slow
    assert claimed < NOW - minutes(60)
    assert merge(claimed, NOW + slow).at == NOW

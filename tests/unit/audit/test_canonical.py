"""The bytes a MAC is made of, pinned: who changes them breaks every chain there is."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.core.audit import (
    GENESIS,
    Chain,
    RawEvent,
    body_text,
    canonical,
    instant_text,
)

EVENT = RawEvent(
    b"PRUEBA",
    42,
    b"auto:1",
    None,
    b"counter:ana",
    b"ticket.called",
    '{"number":"J-042","why":"más"}'.encode(),
    b"2026-11-21 17:00:00.000001",
)
PINNED = (
    b"18:ventanilla-event-1,6:PRUEBA,2:42,6:auto:1,1:-,11:counter:ana,13:ticket.called,"
    b'31:{"number":"J-042","why":"m\xc3\xa1s"},26:2026-11-21 17:00:00.000001,'
)
KEY = bytes(range(32))


def test_the_canonical_form_is_these_bytes() -> None:
    assert canonical(EVENT) == PINNED
    hashed = canonical(EVENT._replace(request_hash=b"\x00\xff"))
    assert hashed == PINNED.replace(b"1:-,", b"4:00ff,")


def test_the_mac_is_hmac_sha_256_over_the_mac_before_and_these_bytes() -> None:
    made = Chain(KEY).mac(GENESIS, EVENT)
    assert made == hmac.digest(KEY, bytes(32) + PINNED, hashlib.sha256)
    assert made.hex() == "21d7e49b866e2ecac0060bb010aaff492b574700d93faf3572824a8981ce9a5b"
    assert Chain(KEY).mac(made, EVENT) == hmac.digest(KEY, made + PINNED, hashlib.sha256)


def test_a_body_is_written_with_sorted_keys_without_spaces_and_as_utf_8() -> None:
    body = {"z": [1, {"b": None, "a": True}], "a": "año", "m": {"2": 1, "10": 2}}
    assert body_text(body) == '{"a":"año","m":{"10":2,"2":1},"z":[1,{"a":true,"b":null}]}'


def test_an_instant_is_written_in_utc_to_the_microsecond() -> None:
    lima = timezone(timedelta(hours=-5))
    assert instant_text(datetime(2026, 11, 21, 12, 0, 0, 1, lima)) == "2026-11-21 17:00:00.000001"
    assert instant_text(datetime(2026, 11, 21, 17, tzinfo=UTC)) == "2026-11-21 17:00:00.000000"


_RAW = st.builds(
    RawEvent,
    st.binary(max_size=4),
    st.integers(-3, 120),
    st.binary(max_size=4),
    st.none() | st.binary(max_size=4),
    st.binary(max_size=4),
    st.binary(max_size=4),
    st.binary(max_size=4),
    st.binary(max_size=4),
)


@given(_RAW, _RAW)
def test_two_events_have_the_same_form_only_if_they_are_the_same(
    first: RawEvent, second: RawEvent
) -> None:
    assert (canonical(first) == canonical(second)) is (first == second)


@pytest.mark.negative_control
def test_fields_without_their_lengths_can_be_moved_into_each_other() -> None:
    other = EVENT._replace(key=b"auto:1counter", actor=b":ana")
    assert canonical(other) != canonical(EVENT)
    for event in (EVENT, other):
        joined = event.site + event.key + event.actor + event.kind
        assert joined.startswith(b"PRUEBAauto:1counter:anaticket.called")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="expected 32"):
        Chain(bytes(length))

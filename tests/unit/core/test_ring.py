"""The ring of a site's newest events: no gap, bounded, and honest about what it no longer has."""

import pytest

from queue_server.core.ring import FeedEvent, Ring


def events(*ids: int) -> list[FeedEvent]:
    return [FeedEvent(each, "test.noted", {"n": each}) for each in ids]


def ids_after(ring: Ring, mark: int) -> list[int] | None:
    page = ring.after(mark)
    return None if page is None else [each.id for each in page]


def test_a_listener_gets_what_is_above_its_mark() -> None:
    ring = Ring(4, events(5, 6, 7))
    assert [ids_after(ring, mark) for mark in (4, 6, 7, 99)] == [[5, 6, 7], [7], [], []]


def test_below_the_floor_it_says_that_it_does_not_know() -> None:
    assert ids_after(Ring(4, events(5)), 3) is None


def test_an_offered_event_is_taken_only_if_it_is_the_very_next() -> None:
    ring = Ring(4)
    assert [ring.offer(each) for each in events(6, 5, 5, 6)] == [False, True, False, True]
    assert ids_after(ring, 4) == [5, 6]


@pytest.mark.negative_control
def test_a_ring_that_takes_whatever_comes_skips_what_others_committed() -> None:
    ring = Ring(4)
    ring.extend(events(6))  # what `offer` refuses to do
    assert not ring.extend(events(5)), "the skipped event never reaches anybody"


def test_it_keeps_a_bounded_number_and_moves_its_floor() -> None:
    ring = Ring(0, events(*range(1, 100)), kept=10)
    for each in events(*range(100, 200)):
        assert ring.offer(each)
        kept = ids_after(ring, ring.floor)
        assert kept is not None
        assert kept == list(range(ring.floor + 1, each.id + 1))
        assert 10 <= len(kept) <= 99
    assert ring.floor > 150


def test_an_event_is_written_as_a_browser_reads_it() -> None:
    written = FeedEvent(7, "ticket.called", {"counter_name": "Atención 1"}).encoded
    assert written.decode() == (
        'id: 7\nevent: ticket.called\ndata: {"counter_name":"Atención 1"}\n\n'
    )

"""Which days are looked at: each once, the last ones again."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from queue_server.hub_link.model.days import MOST_AT_ONCE, days_to_look_at

TODAY = date(2026, 11, 23)


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_today_comes_first_and_then_the_oldest() -> None:
    found = days_to_look_at(back(100), TODAY, frozenset(), {}, 0.0)
    assert len(found) == MOST_AT_ONCE
    assert found[:3] == [TODAY, back(100), back(99)]


def test_on_the_first_day_there_is_one() -> None:
    assert days_to_look_at(TODAY, TODAY, frozenset(), {}, 0.0) == [TODAY]


def test_a_clock_that_was_set_back_looks_at_today_only() -> None:
    assert days_to_look_at(back(-3), TODAY, frozenset(), {}, 0.0) == [TODAY]


def test_today_and_yesterday_are_looked_at_once_a_minute_the_week_once_an_hour() -> None:
    days = [back(number) for number in range(400)]
    looked = dict.fromkeys(days, 0.0)

    def due(now_s: float) -> set[int]:
        found = days_to_look_at(days[-1], TODAY, frozenset(days), looked, now_s)
        return {(TODAY - each).days for each in found}

    assert due(59.0) == set()
    assert due(60.0) == {0, 1}
    assert due(3600.0) == set(range(8))
    assert due(86400.0) <= set(range(63))


@given(first=st.integers(0, 900), told=st.sets(st.integers(0, 900)))
def test_every_day_is_told_in_the_end_and_old_ones_once(first: int, told: set[int]) -> None:
    """Look, tell, look again: after so many turns nothing is due, and nothing was left out."""
    known = {back(each) for each in told}
    looked: dict[date, float] = {}
    for _ in range(first // MOST_AT_ONCE + 2):
        due = days_to_look_at(back(first), TODAY, frozenset(known), looked, 5.0)
        assert len(due) == len(set(due)) <= MOST_AT_ONCE
        assert not set(due) & looked.keys(), "looked at twice in a moment"
        known |= set(due)
        looked |= dict.fromkeys(due, 5.0)
    assert {back(each) for each in range(first + 1)} <= known
    assert days_to_look_at(back(first), TODAY, frozenset(known), looked, 5.0) == []

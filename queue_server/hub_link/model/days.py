"""PURE: which local days are looked at now, so that each is told once and again when it changes."""

from collections.abc import Mapping
from datetime import date, timedelta

# Age of a day up to which -> seconds between two looks. What is older was told, and stays.
LOOKS = ((1, 60.0), (7, 3600.0), (62, 86400.0))
MOST_AT_ONCE = 31


def days_to_look_at(
    first: date, today: date, told: frozenset[date], looked: Mapping[date, float], now_s: float
) -> list[date]:
    """The days to look at, today first, then the oldest; at most `MOST_AT_ONCE`.

    `first`: the day of the site's first event; `told`: days the hub holds; `looked`: when each day
    was last looked at by this process, in monotonic seconds like `now_s`.
    """
    age = (today - first).days
    days = [today, *(first + timedelta(days=number) for number in range(max(0, age)))]
    found = [
        day for day in days if _is_due((today - day).days, day in told, looked.get(day), now_s)
    ]
    return found[:MOST_AT_ONCE]


def _is_due(age: int, told: bool, looked: float | None, now_s: float) -> bool:
    pause = next((every_s for limit, every_s in LOOKS if age <= limit), None)
    if looked is None:
        return not told or pause is not None
    return pause is not None and now_s - looked >= pause

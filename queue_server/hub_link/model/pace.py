"""PURE: how long the site waits before it speaks to the hub again, and how much it says at once."""

LONGEST_S = 60.0
FIRST_S = 1.0
MOST_AT_ONCE, FEWEST_AT_ONCE = 1000, 10


def pause_s(failures: int, chance: float) -> float:
    """Seconds after the `failures`-th failure in a row (from 1); `chance` in [0, 1) spreads the
    sites, so that a hub that comes back does not hear all of them in the same second."""
    whole = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 10))
    return whole * (0.5 + 0.5 * chance)


def fewer(events: int) -> int:
    """How many events a batch holds after one did not get through in time."""
    return max(FEWEST_AT_ONCE, events // 4)


def more(events: int) -> int:
    """How many after one did."""
    return min(MOST_AT_ONCE, events * 2)

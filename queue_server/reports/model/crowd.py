"""PURE: how many stood in line at each moment of a day, and over the same hour of many days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

DAY_S = 24 * 3600
HOUR_S = 3600
QUARTER_S = 900
_QUARTERS = DAY_S // QUARTER_S

Step = tuple[int, float]
"""From this second of the local day on, so many people."""


@dataclass(frozen=True)
class CrowdHour:
    """People in line during one hour of the day: on average over its time, and at most."""

    hour: int
    mean: float
    peak: int


class Crowd:
    """People in line: +1 when somebody joins, −1 when they are called, leave or are put aside.

    A day counts once somebody stood in line on it. Nobody stands in line past local midnight, nor
    past `now` on the present day.
    """

    def __init__(self, now: tuple[date, int]) -> None:
        self._now = now
        self._changes: defaultdict[date, defaultdict[int, int]] = defaultdict(
            lambda: defaultdict(int)
        )

    def take(self, day: date, second: int, in_line: Sequence[int]) -> None:
        """One ticket that joined at `second` of `day`; `in_line` as in a stage."""
        until = self._end_of(day)
        edges = [min(second + each, until) for each in in_line]
        if len(edges) % 2:
            edges.append(until)
        changes = self._changes[day]
        for since, left in zip(edges[::2], edges[1::2], strict=True):
            if since < left:
                changes[since] += 1
                changes[left] -= 1

    def mean_steps(self) -> tuple[Step, ...]:
        """One day: the line as it was. Several: the mean of each quarter of an hour."""
        days = self._days()
        if len(days) == 1:
            return tuple((at, float(people)) for at, people in days[0])
        means = [seconds / QUARTER_S / max(1, len(days)) for seconds, _ in self._quarters(days)]
        return _steps(means)

    def peak_steps(self) -> tuple[Step, ...]:
        """The most of each quarter of an hour on any of several days; nothing for one day."""
        days = self._days()
        if len(days) < 2:
            return ()
        return _steps([float(peak) for _, peak in self._quarters(days)])

    def hours(self) -> tuple[CrowdHour, ...]:
        """Every hour from the first to the last in which anybody stood in line."""
        days = self._days()
        quarters = self._quarters(days)
        each = HOUR_S // QUARTER_S
        rows = [
            CrowdHour(
                hour,
                sum(s for s, _ in quarters[hour * each : (hour + 1) * each]) / HOUR_S / len(days),
                max(peak for _, peak in quarters[hour * each : (hour + 1) * each]),
            )
            for hour in range(24)
            if days
        ]
        busy = [row.hour for row in rows if row.peak]
        return tuple(rows[busy[0] : busy[-1] + 1]) if busy else ()

    def _end_of(self, day: date) -> int:
        today, second = self._now
        return second if day == today else DAY_S

    def _days(self) -> list[list[tuple[int, int]]]:
        """Each day's line: from which second on how many people."""
        return [_line(changes) for changes in self._changes.values() if changes]

    def _quarters(self, days: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
        """Of each quarter of an hour: seconds spent in line by all, and the most at once."""
        spent, peaks = [0] * _QUARTERS, [0] * _QUARTERS
        for line in days:
            ends = [at for at, _ in line[1:]] + [DAY_S]
            for (since, people), until in zip(line, ends, strict=True):
                if people:
                    _spread(spent, peaks, since, until, people)
        return list(zip(spent, peaks, strict=True))


def _line(changes: dict[int, int]) -> list[tuple[int, int]]:
    moments = sorted(changes)
    return list(zip(moments, accumulate(changes[at] for at in moments), strict=True))


def _spread(spent: list[int], peaks: list[int], since: int, until: int, people: int) -> None:
    for quarter in range(max(0, since) // QUARTER_S, -(-until // QUARTER_S)):
        begins = quarter * QUARTER_S
        here = min(until, begins + QUARTER_S) - max(since, begins)
        spent[quarter] += here * people
        peaks[quarter] = max(peaks[quarter], people)


def _steps(quarters: Sequence[float]) -> tuple[Step, ...]:
    """From the first quarter with anybody in it to the one after the last."""
    busy = [index for index, people in enumerate(quarters) if people]
    if not busy:
        return ()
    shown = range(busy[0], min(busy[-1] + 2, _QUARTERS))
    return tuple((index * QUARTER_S, quarters[index]) for index in shown)

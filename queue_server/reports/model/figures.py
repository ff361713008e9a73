"""PURE: the figures of a report, counted up from its facts.

Every figure of a line in a table is defined here, and nowhere else:

- a **stage** counts at the local day and hour it joined its line, under the service and class it
  had when it ended and, once called, under the counter that called it (or took it over);
- **arrivals**: first stages, so a ticket counts once however often it is sent on;
- **calls**: stages that were called and not taken back; **no-shows**: those nobody answered;
- **wait**: seconds in line until the call, without the time the ticket was put aside. Nobody waits
  who was served at once, comes back after a missed call, or was carried over from another day;
- **service time**: seconds from the call to the end of the attention at a counter;
- **p50, p90**: nearest rank, so each is a time that somebody had.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from queue_server.reports.model.crowd import Crowd, CrowdHour, Step
from queue_server.reports.model.stages import Begun, Result

HOUR_S = 3600


class Fact(NamedTuple):
    """A stage as the figures see it. `second`: of the local day `day` it joined the line."""

    day: date
    second: int
    service: str
    attention_class: str
    counter: str
    begun: str
    called: bool
    wait_s: int | None
    served_s: int | None
    result: str
    in_line: Sequence[int]


@dataclass(frozen=True)
class Spread:
    """How long something took, in seconds; all 0 when it never happened."""

    count: int = 0
    mean_s: int = 0
    p50_s: int = 0
    p90_s: int = 0


@dataclass(frozen=True)
class Line:
    """The figures of one hour, service, class or counter (`key`)."""

    key: str
    arrivals: int
    calls: int
    no_shows: int
    wait: Spread
    served: Spread


@dataclass(frozen=True)
class Figures:
    """A whole report. Keys: hours `00` to `23`, else codes. `ends`: how many tickets ended how,
    by the words of `Result`; under "" those that stand in line or at a counter."""

    total: Line
    by_hour: tuple[Line, ...]
    by_service: tuple[Line, ...]
    by_class: tuple[Line, ...]
    by_counter: tuple[Line, ...]
    ends: dict[str, int]
    crowd: tuple[CrowdHour, ...]
    steps: tuple[Step, ...]
    peak_steps: tuple[Step, ...]


def quantile(ordered: Sequence[int], share: float) -> int:
    """The smallest of `ordered` that at least `share` of them do not exceed (nearest rank)."""
    rank = max(1, -int(-share * len(ordered) // 1))
    return ordered[rank - 1]


def spread(times: Iterable[int]) -> Spread:
    """Count, mean and quantiles of times in seconds."""
    ordered = sorted(times)
    if not ordered:
        return Spread()
    mean = round(sum(ordered) / len(ordered))
    return Spread(len(ordered), mean, quantile(ordered, 0.5), quantile(ordered, 0.9))


@dataclass
class _Count:
    arrivals: int = 0
    calls: int = 0
    no_shows: int = 0
    waits: list[int] = field(default_factory=list[int])
    served: list[int] = field(default_factory=list[int])

    def take(self, fact: Fact) -> None:
        self.arrivals += fact.begun in _ARRIVALS
        self.calls += fact.called
        self.no_shows += fact.result in _NO_SHOWS
        if fact.wait_s is not None:
            self.waits.append(fact.wait_s)
        if fact.served_s is not None:
            self.served.append(fact.served_s)

    def line(self, key: str) -> Line:
        return Line(
            key, self.arrivals, self.calls, self.no_shows, spread(self.waits), spread(self.served)
        )


_ARRIVALS = frozenset((Begun.ARRIVAL, Begun.DIRECT))
_NO_SHOWS = frozenset((Result.MISSED, Result.NO_SHOW))
# After these the ticket has another stage, or will have one.
_NOT_THE_END = frozenset(
    (Result.CONTINUED, Result.MISSED, Result.TRANSFERRED, Result.HELD, Result.CARRIED)
)


class Tally:
    """Counts facts up as they are read, page by page, and makes the figures of them in the end.

    `now`: the site's local day and the second of it, where lines that are still standing end.
    """

    def __init__(self, now: tuple[date, int]) -> None:
        self._total = _Count()
        self._hours: defaultdict[str, _Count] = defaultdict(_Count)
        self._services: defaultdict[str, _Count] = defaultdict(_Count)
        self._classes: defaultdict[str, _Count] = defaultdict(_Count)
        self._counters: defaultdict[str, _Count] = defaultdict(_Count)
        self._ends: Counter[str] = Counter()
        self._crowd = Crowd(now)

    def take(self, facts: Iterable[Fact]) -> None:
        """Count these too; each fact once, in any order."""
        for fact in facts:
            self._total.take(fact)
            self._hours[f"{fact.second // HOUR_S:02d}"].take(fact)
            self._services[fact.service].take(fact)
            self._classes[fact.attention_class].take(fact)
            if fact.counter:
                self._counters[fact.counter].take(fact)
            if fact.result not in _NOT_THE_END:
                self._ends[fact.result] += 1
            self._crowd.take(fact.day, fact.second, fact.in_line)

    def figures(self) -> Figures:
        """What was counted."""
        return Figures(
            total=self._total.line(""),
            by_hour=_lines(_filled(self._hours)),
            by_service=_lines(self._services),
            by_class=_lines(self._classes),
            by_counter=_lines(self._counters),
            ends=dict(self._ends),
            crowd=self._crowd.hours(),
            steps=self._crowd.mean_steps(),
            peak_steps=self._crowd.peak_steps(),
        )


def _filled(hours: dict[str, _Count]) -> dict[str, _Count]:
    """Every hour from the first to the last with anything in it, so that a gap is seen."""
    if not hours:
        return {}
    span = range(int(min(hours)), int(max(hours)) + 1)
    return {f"{hour:02d}": hours.get(f"{hour:02d}", _Count()) for hour in span}


def _lines(counts: dict[str, _Count]) -> tuple[Line, ...]:
    return tuple(counts[key].line(key) for key in sorted(counts))

"""A site's day, simulated: who arrives when, who serves how long, and what people were told.

The product's own rule decides who is called and its own pace is fed with each finished service;
only the people, the counters and the clock are made up.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from queue_server.turns.model.estimate import Estimate, Window
from queue_server.turns.model.pace import Pace, starting
from queue_server.turns.model.rule import Head, Line, Rule, ahead, called_before, choose
from queue_server.turns.model.ticket import AttentionClass

OPENS = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)  # 08:00 in Lima
SERVICE = "certificate"
# Which share of the people comes in each hour of a mall stand's day, 08:00 to 17:00. With 300
# people and 4 counters the load is 0.8 on average, and 1.25 between ten and eleven.
SHAPE = (0.07, 0.13, 0.17, 0.16, 0.11, 0.07, 0.10, 0.12, 0.07)
# Services of 3 to 10 minutes: the 5 % and 95 % quantiles of a lognormal.
LOG_MEAN = math.log(60.0 * math.sqrt(3.0 * 10.0))
LOG_SPREAD = math.log(10.0 / 3.0) / (2 * 1.6448536)
EXPECTED_MINUTES = 6.0
LUNCH = timedelta(minutes=45)
HOUR = timedelta(hours=1)
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL


@dataclass(frozen=True)
class Day:
    """What kind of day it is. `lunches`: each counter pauses once, one after the other."""

    seed: int
    visits: int = 300
    counters: int = 4
    preferential_share: float = 0.12
    lunches: bool = False
    rule: Rule = field(default_factory=Rule)


@dataclass(frozen=True)
class Visible:
    """All the server knows when a ticket is taken: what an estimate may be made of."""

    rule: Rule
    attention_class: AttentionClass
    lines: tuple[Line, ...]
    windows: tuple[Window, ...]
    paces: dict[str, Pace]
    arrivals_per_h: dict[AttentionClass, float]

    @property
    def nobody_free(self) -> bool:
        """Whether the person has to wait at all."""
        return all(window.busy_s is not None for window in self.windows)


Teller = Callable[[Visible], Estimate | None]


@dataclass(frozen=True)
class Told:
    """One ticket: what was visible, what each teller said of it, and the true wait."""

    visible: Visible
    said: tuple[Estimate | None, ...]
    waited_s: float


@dataclass
class _Counter:
    name: str
    away_from: datetime
    away_until: datetime
    since: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whoever is being served at noon is served to the end."""
        return self.since is not None or not self.away_from <= now < self.away_until


class _Site:
    def __init__(self, day: Day, tellers: Sequence[Teller]) -> None:
        self.day, self.tellers = day, tellers
        self.random = random.Random(day.seed)
        self.now = OPENS
        self.counters = list(_counters(day))
        self.waiting: dict[AttentionClass, deque[Head]] = {GENERAL: deque(), PREFERENTIAL: deque()}
        self.preferential_arrivals: deque[datetime] = deque()
        self.recent: deque[AttentionClass] = deque(maxlen=max(day.rule.remembers, 1))
        self.pace = starting(EXPECTED_MINUTES)
        self.seen: dict[str, Visible] = {}
        self.told: list[Told] = []
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self.planned = 0

    def run(self) -> list[Told]:
        for number, at in enumerate(arrivals(self.random, self.day.visits)):
            preferential = self.random.random() < self.day.preferential_share
            self._plan(
                at, self._arrival(f"{number:04d}", PREFERENTIAL if preferential else GENERAL)
            )
        for counter in self.counters:
            self._plan(counter.away_until, lambda: None)
        while self.events:
            self.now, _, happens = heapq.heappop(self.events)
            happens()
            self._call_all()
        return self.told

    def _plan(self, at: datetime, happens: Callable[[], None]) -> None:
        self.planned += 1
        heapq.heappush(self.events, (at, self.planned, happens))

    def _arrival(self, ticket_id: str, attention_class: AttentionClass) -> Callable[[], None]:
        def happens() -> None:
            self.seen[ticket_id] = self._visible(attention_class)
            if attention_class is PREFERENTIAL:
                self.preferential_arrivals.append(self.now)
            self.waiting[attention_class].append(
                Head(ticket_id, ticket_id, SERVICE, attention_class, self.now, self.now)
            )

        return happens

    def _visible(self, attention_class: AttentionClass) -> Visible:
        limits = called_before(self.day.rule, attention_class, self.now, self.now)
        lines = [
            Line(SERVICE, each, sum(1 for head in self.waiting[each] if head.due_at <= limit))
            for each, limit in limits.items()
        ]
        while self.preferential_arrivals and self.preferential_arrivals[0] < self.now - HOUR:
            self.preferential_arrivals.popleft()
        return Visible(
            self.day.rule,
            attention_class,
            ahead(self.day.rule, attention_class, lines),
            tuple(self._windows()),
            {SERVICE: self.pace},
            {PREFERENTIAL: float(len(self.preferential_arrivals))},
        )

    def _windows(self) -> Iterable[Window]:
        for counter in self.counters:
            if counter.is_open(self.now):
                busy_s = counter.since and (self.now - counter.since).total_seconds()
                serving = SERVICE if counter.since else None
                yield Window(counter.name, frozenset({SERVICE}), busy_s, serving)

    def _call_all(self) -> None:
        for counter in self.counters:
            if counter.since is None and counter.is_open(self.now):
                heads = [line[0] for line in self.waiting.values() if line]
                choice = choose(self.day.rule, heads, self.now, tuple(self.recent))
                if choice is None:
                    return
                self._serve(counter, choice.head)

    def _serve(self, counter: _Counter, head: Head) -> None:
        self.waiting[head.attention_class].popleft()
        self.recent.appendleft(head.attention_class)
        visible = self.seen.pop(head.ticket_id)
        waited_s = (self.now - head.arrived_at).total_seconds()
        said = tuple(tell(visible) for tell in self.tellers)
        self.told.append(Told(visible, said, waited_s))
        counter.since = self.now
        lasts_s = self.random.lognormvariate(LOG_MEAN, LOG_SPREAD)
        self._plan(self.now + timedelta(seconds=lasts_s), self._finish(counter, lasts_s))

    def _finish(self, counter: _Counter, lasted_s: float) -> Callable[[], None]:
        def happens() -> None:
            counter.since = None
            self.pace = self.pace.after(lasted_s)

        return happens


def simulate(day: Day, tellers: Sequence[Teller]) -> list[Told]:
    """Every ticket of `day` in the order of the calls, with what each teller said on arrival."""
    return _Site(day, tellers).run()


def arrivals(source: random.Random, visits: int) -> list[datetime]:
    """`visits` arrivals of a Poisson process whose rate follows `SHAPE`, given their number."""
    hours = source.choices(range(len(SHAPE)), SHAPE, k=visits)
    return sorted(OPENS + timedelta(hours=hour + source.random()) for hour in hours)


def _counters(day: Day) -> Iterable[_Counter]:
    for index in range(day.counters):
        away_from = OPENS + timedelta(hours=4) + index * LUNCH
        yield _Counter(str(index + 1), away_from, away_from + (LUNCH if day.lunches else HOUR * 0))

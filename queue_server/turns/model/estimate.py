"""PURE: how long a person will wait, as an optimistic and a pessimistic figure.

Analytic, so that it fits into the ticket's transaction. Each counter that serves the person's
service turns time into work done, from the moment it becomes free; the person is called once
these counters together have taken in all the work ahead. The optimistic and the pessimistic
figure ask the same question with quick and with slow services.

By construction no figure moves the wrong way: a counter only adds capacity, a person only work.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from queue_server.turns.model.pace import Pace
from queue_server.turns.model.rule import Line, Rule, Strategy
from queue_server.turns.model.ticket import AttentionClass

# How far the two figures lie apart: set on days other than those tests/load/days.py reports.
_DEVIATIONS = 1.15  # of the work ahead
_TAIL = 0.075  # chance that the first of the busy counters frees outside the two figures
_QUICK_LEVEL, _SLOW_LEVEL = 0.33, 0.45  # of what remains, when many people are ahead
_FEW = 2.5  # people ahead; with fewer, luck with the present services decides
_SURE_OVERTAKING, _OVERTAKING_DEVIATIONS = 0.4, 0.6
_UNFINISHED = 0.5  # of a service: what a counter still has to do when a neighbour frees
_RUSH_S = 7200.0  # no rush of beneficiaries lasts longer
_REACTION_S = 30.0  # somebody free still has to press "next"
_ROUNDS = 5  # a longer wait lets more people overtake, which makes the wait longer


@dataclass(frozen=True)
class Window:
    """An open counter. `busy_s`: for how long it has been serving `serving`; None = free."""

    counter: str
    services: frozenset[str]
    busy_s: float | None
    serving: str | None


@dataclass(frozen=True)
class Estimate:
    """Seconds until the call: more than eight in ten people wait between the two."""

    optimistic_s: int
    pessimistic_s: int


@dataclass(frozen=True)
class _Counter:
    """When a counter is free, and when also of the work of lines only it and some others do, s."""

    free_s: float
    clear_s: float


@dataclass(frozen=True)
class _Overtaking:
    """People who come later but are called earlier, as one counter sees them."""

    per_s: float
    within_s: float = 0.0
    most: float = math.inf

    def expected(self, wait_s: float) -> float:
        """How many come within a wait."""
        return min(self.per_s * min(wait_s, self.within_s), self.most)


@dataclass(frozen=True)
class _Queue:
    """All one person's two figures are made of. `mine`: the counters that serve the person."""

    pace: Pace
    paces: Mapping[str, Pace]
    lines: Sequence[Line]
    mine: Sequence[Window]
    servers: Mapping[str, frozenset[str]]
    overtaking: _Overtaking


def estimate(
    rule: Rule,
    service: str,
    attention_class: AttentionClass,
    lines: Sequence[Line],
    windows: Sequence[Window],
    paces: Mapping[str, Pace],
    arrivals_per_h: Mapping[AttentionClass, float] | None = None,
) -> Estimate | None:
    """The wait of somebody of `service` and `attention_class`; None when no open counter serves it.

    `lines`: who is called before, from `rule.ahead`. `windows`: every open counter of the site.
    `paces`: of every service in `lines` and in service. `arrivals_per_h`: how many tickets of a
    class the site gives in an hour now; only the preferential figure counts.
    """
    mine = [window for window in windows if service in window.services]
    if not mine:
        return None
    queue = _Queue(
        pace=paces[service],
        paces=paces,
        lines=lines,
        mine=mine,
        servers=_servers(lines, windows),
        overtaking=_overtaking(rule, attention_class, lines, arrivals_per_h, len(windows)),
    )
    pessimistic_s = _wait_s(queue, slow=True) + _REACTION_S
    return Estimate(math.floor(_wait_s(queue, slow=False)), math.ceil(pessimistic_s))


def minutes(expected: Estimate) -> tuple[int, int]:
    """The wait in whole minutes, the least rounded down, the most up; the most is at least 2."""
    return expected.optimistic_s // 60, max(2, -(-expected.pessimistic_s // 60))


def words(expected: Estimate) -> str:
    """The wait as people read it, in whole minutes: "unos 5 a 12 minutos"."""
    least, most = minutes(expected)
    if least >= 120:
        return "más de 2 horas"
    if least == 0:
        return f"menos de {most} minutos"
    return f"unos {least} a {most} minutos"


def _servers(lines: Iterable[Line], windows: Iterable[Window]) -> Mapping[str, frozenset[str]]:
    """The open counters of each service that has a line."""
    services = {line.service for line in lines}
    return {
        service: frozenset(window.counter for window in windows if service in window.services)
        for service in services
    }


def _overtaking(
    rule: Rule,
    attention_class: AttentionClass,
    lines: Iterable[Line],
    arrivals_per_h: Mapping[AttentionClass, float] | None,
    counters: int,
) -> _Overtaking:
    """Preferential people to come; any open counter may get them."""
    if attention_class is AttentionClass.PREFERENTIAL or not arrivals_per_h:
        return _Overtaking(0.0)
    per_s = arrivals_per_h.get(AttentionClass.PREFERENTIAL, 0.0) / 3600.0 / counters
    if rule.strategy is Strategy.AGEING:
        return _Overtaking(per_s, within_s=rule.head_start_min * 60.0)
    if rule.strategy is Strategy.INTERLEAVE:
        own = sum(line.people for line in lines if line.attention_class is attention_class)
        allowed = rule.preferential * (own // rule.general + 1)
        return _Overtaking(per_s, within_s=_RUSH_S, most=allowed / counters)
    return _Overtaking(per_s, within_s=_RUSH_S)


def _wait_s(queue: _Queue, *, slow: bool) -> float:
    shared_s, apart_s = _work_ahead(queue, slow=slow)
    level = _level(sum(line.people for line in queue.lines), len(queue.mine), slow=slow)
    counters: list[_Counter] = []
    for window in queue.mine:
        free_s = _remaining_s(queue, window, level)
        counters.append(_Counter(free_s, free_s + apart_s.get(window.counter, 0.0)))
    wait_s = 0.0
    for _ in range(_ROUNDS):
        each_s = _overtaking_people(queue, wait_s, slow=slow) * queue.pace.mean_s
        wait_s = _taken_in_s(counters, each_s, shared_s, _UNFINISHED * queue.pace.mean_s)
        if queue.overtaking.per_s == 0.0:
            break
    return wait_s


def _level(people: int, counters: int, *, slow: bool) -> float:
    """Which quantile of each present service to count with.

    With nobody ahead the wait is the least of `counters` remaining times, and these levels are
    exact; with many ahead the present services average out.
    """
    if slow:
        return max(1.0 - _TAIL ** (1.0 / counters), _SLOW_LEVEL)
    first = 1.0 - (1.0 - _TAIL) ** (1.0 / counters)
    return first + (_QUICK_LEVEL - first) * people / (people + _FEW)


def _remaining_s(queue: _Queue, window: Window, level: float) -> float:
    if window.busy_s is None:
        return 0.0
    pace = queue.paces[window.serving] if window.serving else queue.pace
    return pace.remaining_s(window.busy_s, level)


def _work_ahead(queue: _Queue, *, slow: bool) -> tuple[float, dict[str, float]]:
    """Seconds of work ahead: shared by all my counters alike, and apart for single counters.

    A service that all of my counters serve, and no other, is shared. Of any other each of its
    counters is taken to do an equal part.
    """
    mine = frozenset(window.counter for window in queue.mine)
    shared_s = 0.0
    apart_s: dict[str, float] = {}
    for service, servers in queue.servers.items():
        people = sum(line.people for line in queue.lines if line.service == service)
        work_s = _work_s(people, queue.paces[service], slow=slow)
        if servers == mine:
            shared_s += work_s
            continue
        for counter in servers & mine:
            apart_s[counter] = apart_s.get(counter, 0.0) + work_s / len(servers)
    return shared_s, apart_s


def _work_s(people: int, pace: Pace, *, slow: bool) -> float:
    """How long serving `people` takes when services are slow, or quick.

    The spread is bounded so that one person more never makes even the quick figure smaller.
    """
    spread_s = min(math.sqrt(pace.variance_s2), pace.mean_s / _DEVIATIONS)
    reach_s = _DEVIATIONS * spread_s * math.sqrt(people)
    return people * pace.mean_s + (reach_s if slow else -reach_s)


def _overtaking_people(queue: _Queue, wait_s: float, *, slow: bool) -> float:
    """Of all who come and overtake within `wait_s`, how many one counter serves."""
    each = queue.overtaking.expected(wait_s)
    if not slow:
        return _SURE_OVERTAKING * each
    counters = len(queue.mine)
    return each + _OVERTAKING_DEVIATIONS * math.sqrt(each * counters) / counters


def _taken_in_s(
    counters: Iterable[_Counter], each_s: float, shared_s: float, unfinished_s: float
) -> float:
    """The first moment at which the counters have taken in the shared work.

    From the moment it is free and nearly clear, a counter takes in a second of work a second;
    `each_s` is work every one of them has first. Whoever still serves at that moment has begun
    work it has not finished: `unfinished_s` each, except the counter that calls.
    """
    starts = sorted(
        (max(counter.free_s, clear_s - unfinished_s), clear_s)
        for counter in counters
        for clear_s in (counter.clear_s + each_s,)
    )
    needed_s = shared_s + unfinished_s
    moment_s = 0.0
    for number, (start_s, clear_s) in enumerate(starts, start=1):
        needed_s += clear_s - unfinished_s
        moment_s = max(start_s, needed_s / number)
        if number == len(starts) or moment_s <= starts[number][0]:
            break
    return moment_s

"""A breaker under any history of calls, probes and time: what it may never do, what it must."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.core.breaker import Breaker, Circuit, Rules

RULES = Rules()
EVENTS = st.lists(
    st.one_of(
        st.just(("begin",)),
        st.tuples(st.sampled_from(["answered", "failed", "gave up"]), st.integers(0, 5)),
        st.tuples(st.just("probe"), st.booleans()),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 2.0, 5.0, 11.0])),
    ),
    max_size=60,
)


class Watcher:
    """Plays events on a breaker and keeps its own account of what allows each change."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.now = breaker.since
        self.under_way: list[int] = []
        self.failed_in_a_row: list[float] = []
        self.bad_probes = 0

    def play(self, event: tuple[object, ...]) -> None:
        before = self.breaker
        match event:
            case ("begin",):
                self._begin()
            case ("probe", bool(good)):
                self.bad_probes = 0 if good else self.bad_probes + 1
                self._become(before.probed(good, self.now))
            case ("wait", float(seconds)):
                self.now += seconds
            case (str(how), int(which)) if self.under_way:
                self._end(how, self.under_way.pop(which % len(self.under_way)))
        self._check(before, event)

    def _begin(self) -> None:
        before = self.breaker
        self.breaker, period = before.admitted()
        assert (period is not None) == before.available
        if before.state is Circuit.OPEN:
            assert period is None, "let through while open"
        if period is None:
            return
        self.under_way.append(period)
        if before.state is Circuit.HALF_OPEN:
            assert self.under_way.count(period) == 1, "two at a time while half-open"

    def _end(self, how: str, period: int) -> None:
        ours = period == self.breaker.period
        if ours and how == "answered":
            self.failed_in_a_row, self.bad_probes = [], 0
        if ours and how == "failed":
            self.failed_in_a_row.append(self.now)
        if how == "answered":
            self._become(self.breaker.succeeded(period, self.now))
        elif how == "failed":
            self._become(self.breaker.failed_call(period, self.now))
        else:
            self._become(self.breaker.given_up(period))
        if not ours:
            assert self.breaker.period == self._last_period, "a late answer changed the state"

    def _become(self, after: Breaker) -> None:
        self._last_period = self.breaker.period
        self.breaker = after

    def _check(self, before: Breaker, event: tuple[object, ...]) -> None:
        after = self.breaker
        if (after.state, after.period) == (before.state, before.period):
            return
        match before.state, after.state:
            case Circuit.CLOSED, Circuit.OPEN:
                assert self._enough_failed() or self.bad_probes >= RULES.probes
            case Circuit.OPEN, Circuit.HALF_OPEN:
                assert event == ("probe", True)
                assert self.now - before.since >= RULES.pause_s
            case Circuit.HALF_OPEN, Circuit.CLOSED:
                rested = self.now - before.since >= RULES.quiet_s and not before.trying
                assert event[0] == "answered" or (event == ("probe", True) and rested)
            case Circuit.HALF_OPEN, Circuit.OPEN:
                assert event[0] == "failed" or event == ("probe", False)
            case other:
                raise AssertionError(f"never: {other}")
        self.failed_in_a_row, self.bad_probes = [], 0

    def _enough_failed(self) -> bool:
        last = self.failed_in_a_row[-RULES.calls :]
        gaps = [later - sooner for sooner, later in pairwise(last)]
        return len(last) == RULES.calls and all(gap <= RULES.within_s for gap in gaps)

    def recovers(self) -> bool:
        """Whether good probes alone close it, once every call under way has ended."""
        for _ in range(len(self.under_way)):
            self.play(("gave up", 0))
        most_s = RULES.longest_pause_s + RULES.quiet_s
        ends = self.now + most_s + 3
        while self.now < ends:
            self.play(("probe", True))
            self.play(("wait", 1.0))
        return self.breaker.state is Circuit.CLOSED


def play(breaker: Breaker, events: list[tuple[object, ...]]) -> None:
    watcher = Watcher(breaker)
    for event in events:
        watcher.play(event)
    assert watcher.recovers()


@given(EVENTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_history_keeps_the_rules_and_ends_well_when_the_other_side_does(
    events: list[tuple[object, ...]],
) -> None:
    play(Breaker(RULES), events)


class LetsEverybodyTry(Breaker):
    """Broken: half-open, it lets all of them through."""

    def admitted(self) -> tuple[Breaker, int | None]:
        return (self, None) if self.state is Circuit.OPEN else (self, self.period)


class BelievesTheLate(Breaker):
    """Broken: the answer of a call begun before it opened counts."""

    def succeeded(self, period: int, now: float) -> Breaker:
        return super().succeeded(self.period, now)


class CountsForEver(Breaker):
    """Broken: three failures in a month open it."""

    def failed_call(self, period: int, now: float) -> Breaker:
        return replace(super().failed_call(period, now), failed_at=now + 1e9)


class HoldsTheTrial(Breaker):
    """Broken: a call that was given up stays under way."""

    def given_up(self, period: int) -> Breaker:
        return self


SLOW_FAILURES: list[tuple[object, ...]] = [
    *[("begin",), ("failed", 0), ("wait", 11.0)] * 2,
    ("begin",),
    ("failed", 0),
]
OPENED: list[tuple[object, ...]] = [("probe", False)] * 2
HALF_OPENED: list[tuple[object, ...]] = [*OPENED, ("wait", 2.0), ("probe", True)]


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("broken", "events"),
    [
        (LetsEverybodyTry, [*HALF_OPENED, ("begin",), ("begin",)]),
        (BelievesTheLate, [("begin",), *HALF_OPENED, ("answered", 0)]),
        (CountsForEver, SLOW_FAILURES),
        (HoldsTheTrial, [*HALF_OPENED, ("begin",)]),
    ],
)
def test_broken_breakers_are_caught(
    broken: type[Breaker], events: list[tuple[object, ...]]
) -> None:
    play(Breaker(RULES), events)
    with pytest.raises(AssertionError):
        play(broken(RULES), events)


def test_the_pause_doubles_with_each_failed_trial_up_to_its_bound_and_is_forgotten() -> None:
    breaker, now, pauses = Breaker(RULES), 0.0, []
    for _ in range(2):
        breaker = breaker.probed(False, now)
    for _ in range(6):
        opened = now
        while breaker.state is Circuit.OPEN:
            now += 0.25
            breaker = breaker.probed(True, now)
        pauses.append(now - opened)
        breaker, period = breaker.admitted()
        assert period is not None
        breaker = breaker.failed_call(period, now)
    assert pauses == [0.25, 0.5, 1, 2, 4, 8]
    breaker = breaker.probed(True, now + 10)
    breaker, period = breaker.admitted()
    assert period is not None
    breaker = breaker.succeeded(period, now + 10)
    assert (breaker.state, breaker.pause_s) == (Circuit.CLOSED, None)

"""Whatever the state of a site, an estimate never moves the wrong way."""

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.turns.model.estimate import Estimate, Window, estimate, words
from queue_server.turns.model.pace import Pace
from queue_server.turns.model.rule import Line, Rule, Strategy
from queue_server.turns.model.ticket import AttentionClass

GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
SERVICES = ("certificate", "review", "information")


@dataclass(frozen=True)
class State:
    """All that an estimate of "certificate" is made of."""

    lines: tuple[Line, ...]
    windows: tuple[Window, ...]
    paces: dict[str, Pace]
    arrivals_per_h: dict[AttentionClass, float]

    def of(self, attention_class: AttentionClass, rule: Rule | None = None) -> Estimate:
        found = estimate(
            rule or Rule(),
            SERVICES[0],
            attention_class,
            self.lines,
            self.windows,
            self.paces,
            self.arrivals_per_h,
        )
        assert found is not None
        return found


PACES = st.builds(
    lambda mean_s, variation: Pace(mean_s, (variation * mean_s) ** 2, 9),
    st.floats(20, 2400),
    st.floats(0.01, 3),
)
RULES = st.builds(
    Rule, st.sampled_from(Strategy), st.integers(1, 4), st.integers(1, 4), st.integers(0, 60)
)
LINES = st.builds(
    Line, st.sampled_from(SERVICES), st.sampled_from(AttentionClass), st.integers(0, 40)
)


@st.composite
def windows(draw: st.DrawFn, name: str, *, serves_me: bool = False) -> Window:
    services = draw(st.frozensets(st.sampled_from(SERVICES), min_size=1))
    if serves_me:
        services |= {SERVICES[0]}
    busy_s = draw(st.none() | st.floats(0, 7200))
    serving = None if busy_s is None else draw(st.sampled_from(SERVICES))
    return Window(name, services, busy_s, serving)


@st.composite
def states(draw: st.DrawFn) -> State:
    count = draw(st.integers(0, 6))
    return State(
        lines=tuple(draw(st.lists(LINES, max_size=5))),
        windows=(
            draw(windows("1", serves_me=True)),
            *(draw(windows(str(2 + number))) for number in range(count)),
        ),
        paces={service: draw(PACES) for service in SERVICES},
        arrivals_per_h={PREFERENTIAL: draw(st.floats(0, 60))},
    )


def never_later(one: Estimate, other: Estimate) -> bool:
    """A second of rounding in binary fractions is nobody's wait."""
    return (
        one.optimistic_s <= other.optimistic_s + 1 and one.pessimistic_s <= other.pessimistic_s + 1
    )


@settings(deadline=None, max_examples=60)
@given(state=states(), mine=st.sampled_from(AttentionClass), rule=RULES)
def test_optimistic_is_never_negative_nor_above_pessimistic(
    state: State, mine: AttentionClass, rule: Rule
) -> None:
    found = state.of(mine, rule)
    assert 0 <= found.optimistic_s <= found.pessimistic_s
    assert words(found)


@settings(deadline=None, max_examples=100)
@given(
    state=states(),
    more=LINES,
    mine=st.sampled_from(AttentionClass),
    rule=RULES,
)
def test_more_people_ahead_never_lower_either_figure(
    state: State, more: Line, mine: AttentionClass, rule: Rule
) -> None:
    longer = replace(state, lines=(*state.lines, more))
    assert never_later(state.of(mine, rule), longer.of(mine, rule))


@settings(deadline=None, max_examples=100)
@given(
    state=states(),
    more=windows("new"),
    mine=st.sampled_from(AttentionClass),
    rule=RULES,
)
def test_one_more_counter_never_raises_either_figure(
    state: State, more: Window, mine: AttentionClass, rule: Rule
) -> None:
    stronger = replace(state, windows=(*state.windows, more))
    assert never_later(stronger.of(mine, rule), state.of(mine, rule))


@settings(deadline=None, max_examples=60)
@given(state=states())
def test_a_beneficiary_is_never_told_a_longer_wait(state: State) -> None:
    """Strict: the same state, where only the preferential lines come before a beneficiary."""
    before = tuple(line for line in state.lines if line.attention_class is PREFERENTIAL)
    beneficiary = replace(state, lines=before).of(PREFERENTIAL)
    assert never_later(beneficiary, state.of(GENERAL))


@pytest.mark.negative_control
def test_a_plain_normal_interval_lets_a_person_more_lower_the_quick_figure() -> None:
    """Why the spread of one person's work is bounded: mean − 1.15 deviations shrinks with it."""
    wild = Pace(300.0, (3 * 300.0) ** 2, 9)

    def plain(people: int) -> float:
        return people * wild.mean_s - 1.15 * (people * wild.variance_s2) ** 0.5

    assert plain(2) < plain(1)
    window = Window("1", frozenset({SERVICES[0]}), None, None)
    state = State((), (window,), dict.fromkeys(SERVICES, wild), {})
    more = [
        replace(state, lines=(Line(SERVICES[0], GENERAL, people),)).of(GENERAL)
        for people in range(6)
    ]
    assert all(never_later(one, other) for one, other in pairwise(more))


@pytest.mark.negative_control
def test_pooling_all_lines_over_my_counters_would_punish_a_helping_counter() -> None:
    """Why a line is split over its own counters: a new one that also does reviews only helps."""
    mine = Window("1", frozenset({"certificate"}), None, None)
    reviews = Window("2", frozenset({"review"}), None, None)
    both = Window("3", frozenset({"certificate", "review"}), None, None)
    lines = (Line("certificate", GENERAL, 2), Line("review", GENERAL, 30))
    steady = {service: Pace(300.0, 90.0**2, 9) for service in SERVICES}

    def pooled(windows: tuple[Window, ...]) -> float:
        able = [window for window in windows if "certificate" in window.services]
        touched = {service for window in able for service in window.services}
        return sum(line.people for line in lines if line.service in touched) / len(able)

    assert pooled((mine, reviews, both)) > pooled((mine, reviews))
    state = State(lines, (mine, reviews), steady, {})
    helped = replace(state, windows=(mine, reviews, both))
    assert never_later(helped.of(GENERAL), state.of(GENERAL))

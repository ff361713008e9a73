"""How long general people can be passed over, while beneficiaries never stop coming."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.turns.model.rule import (
    Head,
    Line,
    Rule,
    Strategy,
    ahead,
    called_before,
    choose,
)
from queue_server.turns.model.ticket import AttentionClass

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
CALLS = 400
CLASSES = st.sampled_from(AttentionClass)
COUNTS = st.integers(1, 4)


def person(name: str, attention_class: AttentionClass, due_at: datetime) -> Head:
    return Head(name, name, "certificate", attention_class, due_at, due_at)


def calls_until(
    rule: Rule, general: int, per_call: int, recent: Sequence[AttentionClass] = ()
) -> int | None:
    """At which call the last of `general` people comes up, one call a minute.

    Before each call `per_call` new beneficiaries arrive. None: not within `CALLS`.
    """
    lines: dict[AttentionClass, deque[Head]] = {GENERAL: deque(), PREFERENTIAL: deque()}
    for number in range(general):
        lines[GENERAL].append(person(f"g{number}", GENERAL, NOW))
    newest = list(recent)
    for call in range(1, CALLS + 1):
        now = NOW + timedelta(minutes=call)
        for number in range(per_call):
            lines[PREFERENTIAL].append(person(f"p{call}.{number}", PREFERENTIAL, now))
        choice = choose(rule, [line[0] for line in lines.values() if line], now, newest)
        assert choice is not None
        newest.insert(0, choice.head.attention_class)
        lines[choice.head.attention_class].popleft()
        if not lines[GENERAL]:
            return call
    return None


@settings(deadline=None)
@given(n=COUNTS, m=COUNTS, people=st.integers(1, 6), recent=st.lists(CLASSES, max_size=8))
def test_interleave_bounds_the_calls_before_a_general_person(
    n: int, m: int, people: int, recent: list[AttentionClass]
) -> None:
    call = calls_until(Rule(Strategy.INTERLEAVE, n, m), people, per_call=1, recent=recent)
    rounds = -(-people // m)
    assert call is not None
    assert call <= rounds * n + people


@settings(deadline=None, max_examples=50)
@given(head_start=st.integers(0, 60), people=st.integers(1, 6), per_call=st.integers(1, 3))
def test_ageing_bounds_the_calls_before_a_general_person(
    head_start: int, people: int, per_call: int
) -> None:
    """Only who comes within the head start can still pass."""
    call = calls_until(Rule(Strategy.AGEING, head_start_min=head_start), people, per_call)
    assert call is not None
    assert call <= head_start * per_call + people


@pytest.mark.negative_control
def test_strict_has_no_such_bound() -> None:
    """What the law asks for; it is why a long general wait alarms the supervisor instead."""
    assert calls_until(Rule(Strategy.STRICT), general=1, per_call=1) is None


@settings(deadline=None)
@given(n=COUNTS, m=COUNTS, recent=st.lists(CLASSES, max_size=8))
def test_interleave_counts_hold_in_every_round_while_both_wait(
    n: int, m: int, recent: list[AttentionClass]
) -> None:
    rule, newest = Rule(Strategy.INTERLEAVE, n, m), list(recent)
    both = [person("g", GENERAL, NOW), person("p", PREFERENTIAL, NOW)]
    called: list[AttentionClass] = []
    for _ in range(6 * (n + m)):
        choice = choose(rule, both, NOW, newest[: rule.remembers])
        assert choice is not None
        newest.insert(0, choice.head.attention_class)
        called.append(choice.head.attention_class)
    for start in range(n + m, len(called) - n - m):
        assert called[start : start + n + m].count(PREFERENTIAL) == n


@pytest.mark.negative_control
def test_a_counter_that_forgets_its_calls_keeps_no_counts() -> None:
    both = [person("g", GENERAL, NOW), person("p", PREFERENTIAL, NOW)]
    choice = choose(Rule(Strategy.INTERLEAVE, 2, 1), both, NOW, recent=())
    assert choice is not None
    assert choice.head.attention_class is PREFERENTIAL  # for ever: the general class starves


QUEUES = st.lists(st.tuples(CLASSES, st.integers(0, 90)), max_size=12)


def really_before(rule: Rule, waiting: Sequence[Head], mine: Head) -> int:
    """How many are called before `mine` when nobody else comes."""
    left, newest = [*waiting, mine], list[AttentionClass]()
    while True:
        choice = choose(rule, left, NOW, newest)
        assert choice is not None
        if choice.head is mine:
            return len(waiting) + 1 - len(left)
        newest.insert(0, choice.head.attention_class)
        left.remove(choice.head)


def counted(rule: Rule, waiting: Sequence[Head], mine: Head) -> int:
    """How many `ahead` says, from the counts one query gives."""
    limits = called_before(rule, mine.attention_class, mine.due_at, NOW)
    lines = [
        Line(
            "certificate",
            each,
            sum(head.attention_class is each and head.due_at <= limit for head in waiting),
        )
        for each, limit in limits.items()
    ]
    return sum(line.people for line in ahead(rule, mine.attention_class, lines))


def queue(people: Sequence[tuple[AttentionClass, int]]) -> list[Head]:
    """Nobody came at the same second as somebody else's head start ends: no ties."""
    heads: list[Head] = []
    for number, (each, minutes) in enumerate(people):
        seconds = number + (30 if each is GENERAL else 0)
        due_at = NOW - timedelta(minutes=minutes, seconds=1 + seconds)
        heads.append(person(f"{number:02d}", each, due_at))
    return heads


@settings(deadline=None)
@given(
    people=QUEUES,
    mine=CLASSES,
    minutes=st.integers(0, 90),
    strategy=st.sampled_from([Strategy.STRICT, Strategy.AGEING]),
    head_start=st.integers(0, 60),
)
def test_ahead_is_exactly_who_is_called_before(
    people: list[tuple[AttentionClass, int]],
    mine: AttentionClass,
    minutes: int,
    strategy: Strategy,
    head_start: int,
) -> None:
    """Of somebody who joins now (0 minutes) and of somebody who waits already."""
    rule = Rule(strategy, head_start_min=head_start)
    me = person("me", mine, NOW - timedelta(minutes=minutes))
    assert counted(rule, queue(people), me) == really_before(rule, queue(people), me)


@settings(deadline=None)
@given(people=QUEUES, mine=CLASSES, n=COUNTS, m=COUNTS)
def test_ahead_under_interleave_is_at_most_one_round_too_many(
    people: list[tuple[AttentionClass, int]], mine: AttentionClass, n: int, m: int
) -> None:
    rule, me = Rule(Strategy.INTERLEAVE, n, m), person("me", mine, NOW)
    said, true = counted(rule, queue(people), me), really_before(rule, queue(people), me)
    assert true <= said <= true + n + m


@pytest.mark.negative_control
def test_counting_one_line_only_misses_the_beneficiaries() -> None:
    people = queue([(GENERAL, 5), (PREFERENTIAL, 3), (PREFERENTIAL, 1)])
    me = person("me", GENERAL, NOW)
    own = [head for head in people if head.attention_class is GENERAL]
    assert counted(Rule(), own, me) < really_before(Rule(), people, me)

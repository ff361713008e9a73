"""Who is next: classes, weights, returns and transfers, and the reason staff read."""

from datetime import UTC, datetime, timedelta

import pytest

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

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
INTERLEAVE = Rule(Strategy.INTERLEAVE, preferential=2, general=1)
AGEING = Rule(Strategy.AGEING, head_start_min=20)


def head(
    name: str,
    attention_class: AttentionClass,
    minutes: float,
    *,
    service: str = "certificate",
    weight: int = 1,
    aimed: bool = False,
    returning: bool = False,
) -> Head:
    due_at = NOW - timedelta(minutes=minutes)
    arrived_at = due_at - timedelta(hours=1) if returning else due_at
    return Head(name, name, service, attention_class, due_at, arrived_at, weight, aimed, returning)


@pytest.mark.parametrize(
    ("rule", "heads", "recent", "expected"),
    [
        (Rule(), [head("a", GENERAL, 9), head("b", PREFERENTIAL, 4)], [], "b: preferente, 4 min"),
        (Rule(), [head("a", GENERAL, 9), head("b", GENERAL, 4)], [], "a: general, 9 min"),
        (Rule(), [head("a", GENERAL, 5), head("b", PREFERENTIAL, -1)], [], "a: general, 5 min"),
        (
            INTERLEAVE,
            [head("a", GENERAL, 12), head("b", PREFERENTIAL, 4)],
            [PREFERENTIAL],
            "b: preferente, 4 min",
        ),
        (
            INTERLEAVE,
            [head("a", GENERAL, 12), head("b", PREFERENTIAL, 4)],
            [PREFERENTIAL, PREFERENTIAL],
            "a: general, 12 min (1 por cada 2)",
        ),
        (INTERLEAVE, [head("a", GENERAL, 12)], [PREFERENTIAL] * 2, "a: general, 12 min"),
        (
            AGEING,
            [head("a", GENERAL, 31), head("b", PREFERENTIAL, 4)],
            [],
            "a: general, 31 min, espera larga",
        ),
        (
            AGEING,
            [head("a", GENERAL, 24), head("b", PREFERENTIAL, 4)],
            [],
            "b: preferente, 4 min",
        ),
        (
            Rule(),
            [head("a", GENERAL, 3, aimed=True)],
            [],
            "a: general, derivado a esta ventanilla, 3 min",
        ),
        (
            Rule(),
            [head("a", PREFERENTIAL, 2, returning=True)],
            [],
            "a: preferente, con retorno acordado, 2 min",
        ),
    ],
)
def test_who_is_called_and_why(
    rule: Rule, heads: list[Head], recent: list[AttentionClass], expected: str
) -> None:
    choice = choose(rule, heads, NOW, recent)
    assert choice is not None
    assert f"{choice.head.ticket_id}: {choice.reason}" == expected


def test_nobody_due_means_nobody_is_called() -> None:
    assert choose(Rule(), [], NOW) is None
    assert choose(Rule(), [head("a", PREFERENTIAL, -1)], NOW) is None


def test_a_minute_of_a_weighty_service_counts_as_many() -> None:
    usual, weighty = head("a", GENERAL, 12), head("b", GENERAL, 5, service="review", weight=3)
    choice = choose(Rule(), [usual, weighty], NOW)
    assert choice is not None
    assert choice.head is weighty
    light = head("b", GENERAL, 3, service="review", weight=3)
    choice = choose(Rule(), [usual, light], NOW)
    assert choice is not None
    assert choice.head is usual


def test_no_weight_lifts_a_general_ticket_over_a_beneficiary() -> None:
    heads = [head("a", GENERAL, 60, service="review", weight=9), head("b", PREFERENTIAL, 0)]
    choice = choose(Rule(), heads, NOW)
    assert choice is not None
    assert choice.head.ticket_id == "b"


def test_people_of_the_same_second_are_called_by_ticket_id() -> None:
    for heads in ([head("a", GENERAL, 0), head("b", GENERAL, 0)],):
        for order in (heads, heads[::-1]):
            choice = choose(Rule(), order, NOW)
            assert choice is not None
            assert choice.head.ticket_id == "a"


@pytest.mark.parametrize(
    ("people", "attention_class", "expected"),
    [
        ((7, 5), GENERAL, (7, 5)),  # 7 // 1 + 1 rounds of two: all five pass
        ((1, 9), GENERAL, (1, 4)),
        ((9, 5), PREFERENTIAL, (2, 5)),
        ((9, 1), PREFERENTIAL, (0, 1)),
    ],
)
def test_interleave_lets_only_so_many_of_the_other_class_pass(
    people: tuple[int, int], attention_class: AttentionClass, expected: tuple[int, int]
) -> None:
    lines = [Line("certificate", GENERAL, people[0]), Line("certificate", PREFERENTIAL, people[1])]
    before = {
        line.attention_class: line.people for line in ahead(INTERLEAVE, attention_class, lines)
    }
    assert (before.get(GENERAL, 0), before.get(PREFERENTIAL, 0)) == expected


def test_strict_counts_every_beneficiary_before_a_general_ticket_and_no_general_before_one() -> (
    None
):
    mine = NOW - timedelta(minutes=8)
    assert called_before(Rule(), GENERAL, mine, NOW) == {GENERAL: mine, PREFERENTIAL: NOW}
    assert called_before(Rule(), PREFERENTIAL, mine, NOW) == {PREFERENTIAL: mine}


@pytest.mark.parametrize("wrong", [{"preferential": 0}, {"general": 10}, {"head_start_min": -1}])
def test_a_rule_that_cannot_be_followed_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        Rule(Strategy.INTERLEAVE, **wrong)


def test_a_rule_says_how_many_calls_it_looks_back() -> None:
    assert (Rule().remembers, AGEING.remembers, INTERLEAVE.remembers) == (0, 0, 2)

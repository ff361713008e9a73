"""Whoever waits, the rule keeps the law, the order of each line, and says why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from queue_server.turns.model.rule import Choice, Head, Rule, Strategy, choose
from queue_server.turns.model.ticket import AttentionClass

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
WORDS = {GENERAL: "general", PREFERENTIAL: "preferente"}

Chooser = Callable[[Rule, Iterable[Head], datetime, Sequence[AttentionClass]], Choice | None]


@dataclass(frozen=True)
class Situation:
    """A rule, who stands where, and whom the counter called last."""

    rule: Rule
    heads: tuple[Head, ...]
    recent: tuple[AttentionClass, ...]

    @property
    def due(self) -> list[Head]:
        return [head for head in self.heads if head.due_at <= NOW]

    def chosen(self, chooser: Chooser) -> Head | None:
        choice = chooser(self.rule, self.heads, NOW, self.recent)
        return choice and choice.head


RULES = st.builds(
    Rule,
    strategy=st.sampled_from(Strategy),
    preferential=st.integers(1, 4),
    general=st.integers(1, 4),
    head_start_min=st.integers(0, 60),
)
CLASSES = st.sampled_from(AttentionClass)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Up to eight heads of three services, some not yet due; one weight a service."""
    weights = {name: draw(st.integers(1, 9)) for name in "abc"}
    heads: list[Head] = []
    for number in range(draw(st.integers(0, 8))):
        service = draw(st.sampled_from("abc"))
        due_at = NOW - timedelta(minutes=draw(st.integers(-10, 60)))
        heads.append(
            Head(
                ticket_id=f"id{number}",
                number=f"J-{number:03d}",
                service=service,
                attention_class=draw(CLASSES),
                due_at=due_at,
                arrived_at=due_at,
                weight=weights[service],
                aimed=draw(st.booleans()),
                returning=draw(st.booleans()),
            )
        )
    recent = tuple(draw(st.lists(CLASSES, max_size=8)))
    return Situation(draw(RULES), tuple(draw(st.permutations(heads))), recent)


def keeps_the_law(chooser: Chooser, situation: Situation) -> bool:
    """Strict: nobody of the general class while a beneficiary is due."""
    strict = replace(situation, rule=Rule(Strategy.STRICT))
    head = strict.chosen(chooser)
    beneficiaries = [each for each in strict.due if each.attention_class is PREFERENTIAL]
    return head is None or head.attention_class is PREFERENTIAL or not beneficiaries


def keeps_each_line_in_order(chooser: Chooser, situation: Situation) -> bool:
    head = situation.chosen(chooser)
    return head is None or all(
        head.due_at <= other.due_at
        for other in situation.due
        if (other.service, other.attention_class) == (head.service, head.attention_class)
    )


def does_not_depend_on_row_order(chooser: Chooser, situation: Situation) -> bool:
    other_way = replace(situation, heads=tuple(reversed(situation.heads)))
    return situation.chosen(chooser) == other_way.chosen(chooser)


def calls_somebody_whenever_somebody_is_due(chooser: Chooser, situation: Situation) -> bool:
    head = situation.chosen(chooser)
    return head in situation.due if situation.due else head is None


def says_class_and_wait(chooser: Chooser, situation: Situation) -> bool:
    choice = chooser(situation.rule, situation.heads, NOW, situation.recent)
    if choice is None:
        return True
    minutes = int((NOW - choice.head.due_at).total_seconds() // 60)
    word = WORDS[choice.head.attention_class]
    return (
        choice.reason.startswith(word)
        and f" {minutes} min" in choice.reason
        and len(choice.reason) <= 80
    )


PROMISES = (
    keeps_the_law,
    keeps_each_line_in_order,
    does_not_depend_on_row_order,
    calls_somebody_whenever_somebody_is_due,
    says_class_and_wait,
)


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_the_rule_keeps_every_promise(situation: Situation) -> None:
    broken = [promise.__name__ for promise in PROMISES if not promise(choose, situation)]
    assert broken == []


def _whoever_is_first_in_the_list(
    rule: Rule, heads: Iterable[Head], now: datetime, recent: Sequence[AttentionClass]
) -> Choice | None:
    due = [head for head in heads if head.due_at <= now]
    return choose(rule, due[:1], now, recent)


def _last_come_first(
    rule: Rule, heads: Iterable[Head], now: datetime, recent: Sequence[AttentionClass]
) -> Choice | None:
    due = [head for head in heads if head.due_at <= now]
    return choose(rule, sorted(due, key=lambda head: head.due_at)[-1:], now, recent)


def _classless(
    rule: Rule, heads: Iterable[Head], now: datetime, recent: Sequence[AttentionClass]
) -> Choice | None:
    equal = {head.ticket_id: head for head in heads}
    choice = choose(
        rule, [replace(head, attention_class=GENERAL) for head in equal.values()], now, recent
    )
    return choice and Choice(equal[choice.head.ticket_id], choice.reason)


def _beneficiaries_only(
    rule: Rule, heads: Iterable[Head], now: datetime, recent: Sequence[AttentionClass]
) -> Choice | None:
    return choose(
        rule, [head for head in heads if head.attention_class is PREFERENTIAL], now, recent
    )


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (_whoever_is_first_in_the_list, does_not_depend_on_row_order),
        (_whoever_is_first_in_the_list, keeps_each_line_in_order),
        (_last_come_first, keeps_each_line_in_order),
        (_last_come_first, keeps_the_law),
        (_classless, keeps_the_law),
        (_classless, says_class_and_wait),
        (_beneficiaries_only, calls_somebody_whenever_somebody_is_due),
    ],
)
def test_a_broken_rule_is_caught(
    broken: Chooser, promise: Callable[[Chooser, Situation], bool]
) -> None:
    quick = settings(max_examples=400, database=None, phases=(Phase.generate,), deadline=None)
    find(situations(), lambda situation: not promise(broken, situation), settings=quick)

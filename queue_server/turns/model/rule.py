"""PURE: who is next at a counter and why, and who would be called before somebody else.

The rule first picks the attention class, then the person inside it. `strict` is the law's
(Ley 28683: beneficiaries are exempt from waiting); the other two are a site's written choice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from queue_server.turns.model.ticket import AttentionClass

GENERAL, PREFERENTIAL = AttentionClass.GENERAL, AttentionClass.PREFERENTIAL
_CLASS_WORDS = {PREFERENTIAL: "preferente", GENERAL: "general"}


class Strategy(StrEnum):
    """How the two attention classes share a counter.

    `strict`: preferential before general, always. `interleave`: while both wait, `preferential`
    calls of one class for every `general` calls of the other. `ageing`: one line in arrival
    order, where a preferential person counts as arrived `head_start_min` minutes earlier.
    """

    STRICT = "strict"
    INTERLEAVE = "interleave"
    AGEING = "ageing"


@dataclass(frozen=True)
class Rule:
    """A site's rule. Raises ValueError unless both counts are 1..9 and the head start 0..240."""

    strategy: Strategy = Strategy.STRICT
    preferential: int = 2
    general: int = 1
    head_start_min: int = 20

    def __post_init__(self) -> None:
        if not (1 <= self.preferential <= 9 and 1 <= self.general <= 9):
            raise ValueError("an interleave rule counts 1 to 9 people of each class")
        if not 0 <= self.head_start_min <= 240:
            raise ValueError("the head start is 0 to 240 minutes")

    @property
    def remembers(self) -> int:
        """How many of a counter's newest calls `choose` has to see."""
        if self.strategy is not Strategy.INTERLEAVE:
            return 0
        return self.preferential + self.general - 1


@dataclass(frozen=True)
class Head:
    """The ticket at the head of one line: the first of its (service, class), or an aimed one.

    `due_at`: arrival or agreed return. `weight` 1..9 is how the calling counter ranks the
    service. `aimed`: transferred to just this counter or its pool. `returning`: resumed,
    returned after a no-show, or an appointment.
    """

    ticket_id: str
    number: str
    service: str
    attention_class: AttentionClass
    due_at: datetime
    arrived_at: datetime
    weight: int = 1
    aimed: bool = False
    returning: bool = False


@dataclass(frozen=True)
class Choice:
    """Who is next, and the reason as staff read it ("preferente, 4 min"), at most 80 letters."""

    head: Head
    reason: str


@dataclass(frozen=True)
class Line:
    """How many people of one service and class wait."""

    service: str
    attention_class: AttentionClass
    people: int


def choose(
    rule: Rule, heads: Iterable[Head], now: datetime, recent: Sequence[AttentionClass] = ()
) -> Choice | None:
    """Who is called at `now`; None when nobody is due.

    `recent`: the classes of *this counter's* newest calls, newest first, `rule.remembers` of
    them. The calls of other counters would not do: their services may have one class only.
    """
    due = [head for head in heads if head.due_at <= now]
    if not due:
        return None
    called = _class_next(rule, due, recent)
    head = min(
        (head for head in due if head.attention_class is called),
        key=lambda head: (-head.weight * (now - head.due_at), head.due_at, head.ticket_id),
    )
    passed_over = any(other.attention_class is PREFERENTIAL for other in due)
    return Choice(head, _reason(rule, head, now, passed_over=passed_over))


def _class_next(
    rule: Rule, due: Sequence[Head], recent: Sequence[AttentionClass]
) -> AttentionClass:
    waiting = {head.attention_class for head in due}
    if len(waiting) == 1:
        return waiting.pop()
    if rule.strategy is Strategy.INTERLEAVE:
        served = recent[: rule.remembers].count(PREFERENTIAL)
        return PREFERENTIAL if served < rule.preferential else GENERAL
    if rule.strategy is Strategy.AGEING:
        head_start = timedelta(minutes=rule.head_start_min)
        preferential = min(head.due_at for head in due if head.attention_class is PREFERENTIAL)
        general = min(head.due_at for head in due if head.attention_class is GENERAL)
        return GENERAL if general < preferential - head_start else PREFERENTIAL
    return PREFERENTIAL


def _reason(rule: Rule, head: Head, now: datetime, *, passed_over: bool) -> str:
    minutes = int((now - head.due_at).total_seconds() // 60)
    words = [_CLASS_WORDS[head.attention_class]]
    if head.aimed:
        words.append("derivado a esta ventanilla")
    elif head.returning:
        words.append("con retorno acordado")
    words.append(f"{minutes} min")
    text = ", ".join(words)
    if head.attention_class is PREFERENTIAL or not passed_over:
        return text
    if rule.strategy is Strategy.INTERLEAVE:
        return f"{text} ({rule.general} por cada {rule.preferential})"
    return f"{text}, espera larga"


def called_before(
    rule: Rule, attention_class: AttentionClass, due_at: datetime, now: datetime
) -> Mapping[AttentionClass, datetime]:
    """Up to which `due_at` waiting people of each class may be called before this ticket.

    A class that is absent never passes. The counts `ahead` takes are made with these limits, so
    that one query serves every rule, and a ticket that waits as well as one that joins now.
    """
    if rule.strategy is Strategy.AGEING:
        head_start = timedelta(minutes=rule.head_start_min)
        if attention_class is GENERAL:
            return {GENERAL: due_at, PREFERENTIAL: min(now, due_at + head_start)}
        return {PREFERENTIAL: due_at, GENERAL: due_at - head_start}
    if attention_class is GENERAL:
        return {GENERAL: due_at, PREFERENTIAL: now}
    if rule.strategy is Strategy.INTERLEAVE:
        return {PREFERENTIAL: due_at, GENERAL: now}
    return {PREFERENTIAL: due_at}


def ahead(rule: Rule, attention_class: AttentionClass, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Who is called before a ticket of `attention_class`, of people counted by `called_before`.

    Under `interleave` only so many of the other class pass as the counts allow.
    """
    present = [line for line in lines if line.people > 0]
    if rule.strategy is not Strategy.INTERLEAVE:
        return tuple(present)
    own = sum(line.people for line in present if line.attention_class is attention_class)
    if attention_class is GENERAL:
        allowed = rule.preferential * (own // rule.general + 1)
    else:
        allowed = rule.general * (own // rule.preferential)
    return tuple(_limited(present, attention_class, allowed))


def _limited(
    lines: Sequence[Line], attention_class: AttentionClass, allowed: int
) -> Iterable[Line]:
    """`lines` with at most `allowed` people of the other class, shared as they wait."""
    others = sum(line.people for line in lines if line.attention_class is not attention_class)
    for line in lines:
        if line.attention_class is attention_class or others <= allowed:
            yield line
        else:
            people = -(-line.people * allowed // others)
            if people:
                yield replace(line, people=people)

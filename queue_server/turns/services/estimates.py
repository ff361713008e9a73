"""How long somebody will wait: gathers the facts and asks the pure estimate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.estimate import Estimate, Window, estimate
from queue_server.turns.model.pace import Pace
from queue_server.turns.model.rule import Line, Strategy, ahead
from queue_server.turns.model.site import CounterState, SiteRules
from queue_server.turns.model.ticket import CALLABLE, AttentionClass, Ticket
from queue_server.turns.services import queries
from queue_server.turns.services.counters import desks
from queue_server.turns.services.paces import paces

_T = tables.tickets
_LATELY, _FRESH = timedelta(hours=1), timedelta(seconds=1)
_ARRIVED = select(func.count()).where(
    _T.c.site == bindparam("site"),
    _T.c.queue_day == bindparam("day"),
    text(tables.IS_PREFERENTIAL),
    _T.c.arrived_at > bindparam("since", type_=_T.c.arrived_at.type),
)


@dataclass(frozen=True)
class Prospect:
    """`ahead`: people of the same service to be called before. `wait` None: no counter serves it
    now, so nobody can say."""

    ahead: int
    wait: Estimate | None


def prospect(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> Prospect | None:
    """Place and wait of a ticket that stands in line; None for any other."""
    if ticket.state not in CALLABLE or ticket.due_at is None:
        return None
    before = queries.lines_before(uow, rules, ticket)
    return _prospect(uow, rules, ticket.service, ticket.attention_class, before)


def newcomer(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> Prospect:
    """Place and wait of a ticket just issued."""
    before = _before_newcomer(uow, rules, ticket.attention_class, without=ticket)
    return _prospect(uow, rules, ticket.service, ticket.attention_class, before)


def outlook(uow: UnitOfWork, rules: SiteRules) -> dict[tuple[str, AttentionClass], Prospect]:
    """What somebody who joined now would meet, for every service and class."""
    found: dict[tuple[str, AttentionClass], Prospect] = {}
    for attention_class in AttentionClass:
        before = _before_newcomer(uow, rules, attention_class)
        for service in rules.services:
            found[service, attention_class] = _prospect(
                uow, rules, service, attention_class, before
            )
    return found


def _before_newcomer(
    uow: UnitOfWork,
    rules: SiteRules,
    attention_class: AttentionClass,
    without: Ticket | None = None,
) -> tuple[Line, ...]:
    """Read from the kept counts; only where waiting time outranks the class it must be counted."""
    if rules.rule.strategy is Strategy.AGEING:
        return queries.lines_before_newcomer(uow, rules, attention_class)
    interleaved = rules.rule.strategy is Strategy.INTERLEAVE
    passing = [
        replace(line, people=line.people - _is_of(line, without))
        for line in queries.lines(uow, rules)
        if line.attention_class in (attention_class, AttentionClass.PREFERENTIAL) or interleaved
    ]
    return ahead(rules.rule, attention_class, passing)


def _is_of(line: Line, ticket: Ticket | None) -> bool:
    return (
        ticket is not None
        and line.service == ticket.service
        and line.attention_class is ticket.attention_class
    )


def _prospect(
    uow: UnitOfWork,
    rules: SiteRules,
    service: str,
    attention_class: AttentionClass,
    before: tuple[Line, ...],
) -> Prospect:
    pulse = _pulse(uow, rules)
    wait = estimate(
        rules.rule,
        service,
        attention_class,
        before,
        pulse.windows,
        pulse.paces,
        {AttentionClass.PREFERENTIAL: pulse.preferential_per_h},
    )
    return Prospect(sum(line.people for line in before if line.service == service), wait)


@dataclass(frozen=True)
class _Pulse:
    """How the site is served at this moment: read once a second, not for every ticket.

    `preferential_per_h`: people an hour who will pass a general ticket.
    """

    read_at: datetime
    windows: tuple[Window, ...]
    paces: Mapping[str, Pace]
    preferential_per_h: float


def _pulse(uow: UnitOfWork, rules: SiteRules) -> _Pulse:
    known: _Pulse | None = uow.memory.get(f"turns.pulse:{rules.code}")
    if known is None or not timedelta() <= uow.now - known.read_at < _FRESH:
        known = _Pulse(
            uow.now, tuple(_windows(uow, rules)), paces(uow, rules), _preferential(uow, rules)
        )
        uow.memory[f"turns.pulse:{rules.code}"] = known
    return known


def _windows(uow: UnitOfWork, rules: SiteRules) -> list[Window]:
    return [
        Window(
            counter=each.counter,
            services=frozenset(rules.weights(each.counter, each.operator or "")),
            busy_s=max(0.0, (uow.now - each.called_at).total_seconds()) if each.called_at else None,
            serving=each.serving,
        )
        for each in desks(uow, rules.code).values()
        if each.state is CounterState.OPEN and each.counter in rules.counters
    ]


def _preferential(uow: UnitOfWork, rules: SiteRules) -> float:
    day = queries.today(uow, rules)
    asked = {"site": rules.code, "day": day, "since": uow.now - _LATELY}
    return float(uow.connection.execute(_ARRIVED, asked).scalar_one())

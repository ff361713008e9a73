"""The heads of the lines a counter serves, and who of them is next: found by partial index."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, literal_column, select, text, union_all

from queue_server.core.prepared import Prepared, ask_all
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.rule import Choice, Head, choose
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import AttentionClass, Ticket, TicketState
from queue_server.turns.services.change import of_row

_T, _S = tables.tickets, tables.counter_services
_NOW = bindparam("now", type_=_T.c.due_at.type)
MAX_AIMED = 50

_CLASSES = union_all(
    *(select(literal_column(f"'{each}'").label("word")) for each in AttentionClass)
).subquery("classes")
_h = _T.alias("h")
_HEAD = (
    select(_h.c.id)
    .where(
        _h.c.site == bindparam("site"),
        _h.c.queue_day == bindparam("day"),
        _h.c.aimed_at == "",
        _h.c.service == _S.c.service,
        _h.c.attention_class == _CLASSES.c.word,
        text(f"h.{tables.IS_CALLABLE}"),
        _h.c.due_at <= _NOW,
    )
    .order_by(_h.c.due_at, _h.c.id)
    .limit(1)
    .correlate(_S, _CLASSES)
    .scalar_subquery()
)
# One seek a (service, class), however many wait.
_HEADS = Prepared(
    select(_T)
    .select_from(_S.join(_CLASSES, literal_column("1") == 1).join(_T, _T.c.id == _HEAD))
    .where(_S.c.site == bindparam("site"), _S.c.counter == bindparam("counter"))
)
_AIMED = Prepared(
    select(_T)
    .where(
        _T.c.site == bindparam("site"),
        _T.c.queue_day == bindparam("day"),
        _T.c.aimed_at == bindparam("aim"),
        text(f"tickets.{tables.IS_CALLABLE}"),
        _T.c.due_at <= _NOW,
    )
    .order_by(_T.c.due_at, _T.c.id)
    .limit(MAX_AIMED)
)
_RECENT = Prepared(
    select(_T.c.attention_class)
    .where(
        _T.c.site == bindparam("site"),
        _T.c.queue_day == bindparam("day"),
        _T.c.counter == bindparam("counter"),
        text(tables.WAS_CALLED),
    )
    .order_by(_T.c.called_at.desc())
    .limit(bindparam("count"))
)


def next_for(
    uow: UnitOfWork, rules: SiteRules, day: date, counter: str, operator: str
) -> tuple[Ticket, Choice] | None:
    """Who is next for `operator` at `counter`, and why; None when nobody is due."""
    weights = rules.weights(counter, operator)
    found = _heads(uow, rules, day, counter, weights)
    recent = _recent(uow, rules, day, counter)
    choice = choose(rules.rule, map(_head(weights), found), uow.now, recent)
    if choice is None:
        return None
    return next(each for each in found if each.id == choice.head.ticket_id), choice


def _heads(
    uow: UnitOfWork, rules: SiteRules, day: date, counter: str, weights: Mapping[str, int]
) -> list[Ticket]:
    asked: dict[str, Any] = {"site": rules.code, "day": day, "now": uow.now}
    aims = [f"counter:{counter}", *(f"pool:{pool}" for pool in rules.counters[counter].pools)]
    heads, *aimed = ask_all(
        uow.connection,
        [
            (_HEADS, {**asked, "counter": counter}),
            *((_AIMED, {**asked, "aim": aim}) for aim in aims),
        ],
    )
    found = [of_row(row) for row in heads if row.service in weights]
    return found + [of_row(row) for rows in aimed for row in rows]


def _head(weights: Mapping[str, int]):
    def head(ticket: Ticket) -> Head:
        assert ticket.due_at is not None
        return Head(
            ticket_id=ticket.id,
            number=ticket.label,
            service=ticket.service,
            attention_class=ticket.attention_class,
            due_at=ticket.due_at,
            arrived_at=ticket.arrived_at,
            weight=weights.get(ticket.service, 1),
            aimed=bool(ticket.aimed_at),
            returning=ticket.state is TicketState.ON_HOLD or ticket.no_shows > 0,
        )

    return head


def _recent(uow: UnitOfWork, rules: SiteRules, day: date, counter: str) -> list[AttentionClass]:
    """The classes of the counter's newest calls; only one strategy asks for them."""
    count = rules.rule.remembers
    if count == 0:
        return []
    asked = {"site": rules.code, "day": day, "counter": counter, "count": count}
    rows = _RECENT.all(uow.connection, asked)
    return [AttentionClass(row.attention_class) for row in rows]

"""Close a day: nobody stays in a line that nobody will call."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, select, text, update

from queue_server.core.clock import local_day, midnight_after
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.hours import next_open_day
from queue_server.turns.model.site import CounterState, Leftover, SiteRules
from queue_server.turns.model.ticket import Ticket, TicketState
from queue_server.turns.services import change
from queue_server.turns.services.rules import site_rules

REASON = "cierre del día"
_T, _C = tables.tickets, tables.counters


def close_past_days(uow: UnitOfWork, actor: Actor) -> bool:
    """Close the oldest day before today that nobody closed; False when there is none.

    One day a unit, so that each leaves one event; asked again until it says False.
    """
    uow.lock_site(actor.site)
    days = days_to_close(uow, actor.site)
    if days:
        close_day(uow, actor, days[0])
    return bool(days)


def days_to_close(uow: UnitOfWork, site: str) -> list[date]:
    """Local days before today on which somebody still stands in line or sits at a counter."""
    rules = site_rules(uow, site)
    today = local_day(uow.now, rules.zone)
    days: set[date] = set()
    for condition in (tables.IS_CALLABLE, tables.IS_AT_COUNTER):
        query = (
            select(_T.c.queue_day)
            .where(_T.c.site == site, text(condition), _T.c.queue_day < today)
            .distinct()
        )
        days.update(uow.connection.execute(query).scalars())
    yesterday = today - timedelta(days=1)
    left_open = select(_C.c.code).where(_left_open(site, yesterday, rules.zone)).limit(1)
    if uow.connection.execute(left_open).one_or_none() is not None:
        days.add(yesterday)
    return sorted(days)


def close_day(uow: UnitOfWork, actor: Actor, day: date | None = None) -> dict[str, Any]:
    """End `day` (None: today). Whoever waits expires, or is carried to the next open day by the
    site's policy; whoever is at a counter is finished; every counter is closed. The event's body.
    """
    rules = site_rules(uow, actor.site)
    day = day or local_day(uow.now, rules.zone)
    waiting = _standing(uow, actor.site, day, tables.IS_CALLABLE)
    serving = _standing(uow, actor.site, day, tables.IS_AT_COUNTER)
    finished = [_end(uow, actor, ticket) for ticket in serving]
    left: dict[str, list[Ticket]] = {"expired": [], "carried": []}
    if rules.leftover is Leftover.CARRY:
        left["carried"] = _carry(uow, rules, waiting, day)
    else:
        left["expired"] = [
            change.move(uow, actor, each, TicketState.EXPIRED, REASON) for each in waiting
        ]
    _close_counters(uow, rules, day)
    lines = tables.line_counts
    uow.connection.execute(
        delete(lines).where(lines.c.site == actor.site, lines.c.queue_day <= day)
    )
    body = {
        "day": day.isoformat(),
        "expired": [_row(each) for each in left["expired"]],
        "carried": [_row(each) for each in left["carried"]],
        "finished": [_row(each) for each in finished],
    }
    uow.record(actor, "day.closed", **body)
    return body


def _standing(uow: UnitOfWork, site: str, day: date, condition: str) -> list[Ticket]:
    query = select(_T).where(_T.c.site == site, _T.c.queue_day == day, text(condition))
    rows = uow.connection.execute(query.order_by(_T.c.arrived_at, _T.c.id))
    return [change.of_row(row) for row in rows.all()]


def _end(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> Ticket:
    """Whoever was called and never came was absent; everybody else's attention is over."""
    if ticket.state is TicketState.CALLED:
        missed = {"no_shows": ticket.no_shows + 1}
        return change.move(uow, actor, ticket, TicketState.NO_SHOW, REASON, **missed)
    return change.move(uow, actor, ticket, TicketState.FINISHED, REASON)


def _carry(uow: UnitOfWork, rules: SiteRules, waiting: Sequence[Ticket], day: date) -> list[Ticket]:
    """Into the line of the next open day, whose numbers begin above those that are carried."""
    tomorrow = next_open_day(rules.openings, rules.closures, day) or day + timedelta(days=1)
    carried = [
        change.rewrite(uow, each, queue_day=tomorrow, due_at=each.due_at and each.arrived_at)
        for each in waiting
    ]
    counters = tables.series_counters
    given = counters.c.last_number
    for series in {each.series for each in carried}:
        highest = max(each.number for each in carried if each.series == series)
        keep = uow.upsert(counters).values(
            site=rules.code, day=tomorrow, series=series, last_number=highest
        )
        keep = keep.on_conflict_do_update(
            index_elements=["site", "day", "series"],
            set_={"last_number": case((given > highest, given), else_=highest)},
        )
        uow.connection.execute(keep)
    return carried


def _close_counters(uow: UnitOfWork, rules: SiteRules, day: date) -> None:
    uow.connection.execute(
        update(_C)
        .where(_left_open(rules.code, day, rules.zone))
        .values(state=CounterState.CLOSED, operator=None, since=uow.now, pause_reason="")
    )


def _left_open(site: str, day: date, zone: str) -> ColumnElement[bool]:
    """Counters somebody sat down at by the end of `day`, and has not called anybody since."""
    later = select(_T.c.id).where(
        _T.c.site == site,
        _T.c.counter == _C.c.code,
        text(f"tickets.{tables.IS_AT_COUNTER}"),
        _T.c.queue_day > day,
    )
    return and_(
        _C.c.site == site,
        _C.c.state != CounterState.CLOSED,
        _C.c.since < midnight_after(day, zone),
        ~later.exists(),
    )


def _row(ticket: Ticket) -> dict[str, str]:
    return {
        "ticket": ticket.id,
        "number": ticket.label,
        "service": ticket.service,
        "attention_class": ticket.attention_class,
    }

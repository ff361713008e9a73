"""Readings of the queue that several use cases and pages share."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text

from queue_server.core.clock import local_day
from queue_server.core.prepared import Prepared
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.staff.model import Role
from queue_server.turns import tables
from queue_server.turns.model.rule import Line, ahead, called_before
from queue_server.turns.model.site import Service, SiteRules
from queue_server.turns.model.ticket import (
    IN_LINE,
    AttentionClass,
    Ticket,
    TicketState,
    parse_number,
)
from queue_server.turns.services import change
from queue_server.turns.services.issue import document_index
from queue_server.turns.services.rules import site_rules

_T, _L = tables.tickets, tables.line_counts
_OF_DAY = and_(_T.c.site == bindparam("site"), _T.c.queue_day == bindparam("day"))
_COUNTS = Prepared(
    select(_L.c.service, _L.c.attention_class, _L.c.people).where(
        _L.c.site == bindparam("site"), _L.c.queue_day == bindparam("day"), _L.c.people > 0
    )
)
_CALLED = (
    select(_T)
    .where(_OF_DAY, text(tables.WAS_CALLED))
    .order_by(_T.c.called_at.desc(), _T.c.id)
    .limit(bindparam("count"))
)
_WAITING = (
    select(_T)
    .where(_OF_DAY, text(tables.IS_CALLABLE))
    .order_by(_T.c.attention_class.desc(), _T.c.due_at, _T.c.id)
    .limit(bindparam("count"))
)
_FOUND = 20
LAST_ID = "~"  # sorts after every ticket id


def site_name(uow: UnitOfWork, site: str) -> str:
    """The name of the site as people know it. Raises Problem 503 before `load-site`."""
    return site_rules(uow, site).name


def site_zone(uow: UnitOfWork, site: str) -> str:
    """The IANA time zone of the site. Raises Problem 503 before `load-site`."""
    return site_rules(uow, site).zone


def today(uow: UnitOfWork, rules: SiteRules) -> date:
    """The site's local day."""
    return local_day(uow.now, rules.zone)


def counters(uow: UnitOfWork, site: str) -> list[tuple[str, str]]:
    """(code, name) of each counter of the site."""
    return [(each.code, each.name) for each in site_rules(uow, site).counters.values()]


def kiosk_services(rules: SiteRules) -> list[Service]:
    """What kiosks of the site offer, in the configured order."""
    return [each for each in rules.services.values() if each.kiosk_visible]


def lines(uow: UnitOfWork, rules: SiteRules) -> list[Line]:
    """How many wait today in each line that is not empty."""
    rows = _COUNTS.all(uow.connection, {"site": rules.code, "day": today(uow, rules)})
    return [Line(row.service, AttentionClass(row.attention_class), row.people) for row in rows]


def lines_before(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> tuple[Line, ...]:
    """Who is called before a waiting ticket, by the site's rule, in every service."""
    assert ticket.due_at is not None
    return _before(uow, rules, ticket.attention_class, ticket.due_at, ticket.id)


def lines_before_newcomer(
    uow: UnitOfWork, rules: SiteRules, attention_class: AttentionClass
) -> tuple[Line, ...]:
    """Who is called before somebody who joins now."""
    return _before(uow, rules, attention_class, uow.now, LAST_ID)


def _before(
    uow: UnitOfWork,
    rules: SiteRules,
    attention_class: AttentionClass,
    due_at: datetime,
    ticket_id: str,
) -> tuple[Line, ...]:
    limits = called_before(rules.rule, attention_class, due_at, uow.now)
    same_moment = and_(_T.c.due_at == due_at, _T.c.id < ticket_id)
    earlier = [
        and_(
            _T.c.attention_class == each,
            or_(_T.c.due_at < limit, same_moment)
            if each is attention_class
            else _T.c.due_at <= limit,
        )
        for each, limit in limits.items()
    ]
    rows = uow.connection.execute(
        select(_T.c.service, _T.c.attention_class, func.count().label("people"))
        .where(
            _T.c.site == rules.code,
            _T.c.queue_day == today(uow, rules),
            text(tables.IS_CALLABLE),
            or_(*earlier),
        )
        .group_by(_T.c.service, _T.c.attention_class)
    )
    found = [Line(row.service, AttentionClass(row.attention_class), row.people) for row in rows]
    return ahead(rules.rule, attention_class, found)


def open_at(uow: UnitOfWork, site: str, counter: str) -> Ticket | None:
    """The ticket that is open at the counter now, if any."""
    row = uow.connection.execute(
        select(_T).where(_T.c.site == site, _T.c.counter == counter, text(tables.IS_AT_COUNTER))
    ).one_or_none()
    return change.of_row(row) if row else None


def last_called(uow: UnitOfWork, rules: SiteRules, count: int = 12) -> list[Ticket]:
    """The newest calls of today, newest first: what a display shows when it is switched on."""
    return _tickets(uow, rules, _CALLED, count)


def waiting(uow: UnitOfWork, rules: SiteRules, count: int = 200) -> list[Ticket]:
    """Whoever may be called today, on hold too: preferential first, each class as it is due."""
    return _tickets(uow, rules, _WAITING, count)


def hold_reasons(uow: UnitOfWork, rules: SiteRules) -> dict[str, str]:
    """Why each ticket on hold was put aside: ticket id -> reason."""
    periods = tables.periods
    rows = uow.connection.execute(
        select(_T.c.id, periods.c.reason)
        .join(periods, and_(periods.c.ticket == _T.c.id, periods.c.ended_at.is_(None)))
        .where(
            _T.c.site == rules.code,
            _T.c.queue_day == today(uow, rules),
            text(f"tickets.{tables.IS_CALLABLE}"),
            _T.c.state == TicketState.ON_HOLD,
        )
    )
    return {row.id: row.reason for row in rows}


def states_today(uow: UnitOfWork, rules: SiteRules) -> dict[str, dict[str, int]]:
    """How many of today's tickets stand in each state: service code -> state -> tickets."""
    rows = uow.connection.execute(
        select(_T.c.service, _T.c.state, func.count().label("tickets"))
        .where(_T.c.site == rules.code, _T.c.queue_day == today(uow, rules))
        .group_by(_T.c.service, _T.c.state)
    )
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row.service, {})[row.state] = row.tickets
    return counts


def in_line(uow: UnitOfWork, rules: SiteRules) -> dict[str, dict[str, int]]:
    """How many wait today: service code -> attention class -> people."""
    counts: dict[str, dict[str, int]] = {}
    for line in lines(uow, rules):
        counts.setdefault(line.service, {})[line.attention_class] = line.people
    return counts


def longest_waiting(uow: UnitOfWork, rules: SiteRules) -> dict[str, datetime]:
    """Since when the longest waiting of each service waits."""
    rows = uow.connection.execute(
        select(_T.c.service, func.min(_T.c.arrived_at, type_=_T.c.arrived_at.type).label("since"))
        .where(
            _T.c.site == rules.code,
            _T.c.queue_day == today(uow, rules),
            text(tables.IS_CALLABLE),
            _T.c.state.in_(IN_LINE),
        )
        .group_by(_T.c.service)
    )
    return {row.service: row.since for row in rows}


def find_by_number(uow: UnitOfWork, rules: SiteRules, typed: str) -> list[Ticket]:
    """Today's ticket of this number (`J-042`, `j42`), also one carried from an earlier day."""
    number = parse_number(typed)
    if number is None:
        return []
    query = select(_T).where(
        _T.c.site == rules.code,
        _T.c.queue_day == today(uow, rules),
        _T.c.series == number[0],
        _T.c.number == number[1],
    )
    return [change.of_row(row) for row in uow.connection.execute(query.limit(_FOUND))]


def find_by_document(
    uow: UnitOfWork, rules: SiteRules, document_type: str, number: str
) -> list[Ticket]:
    """Today's tickets of whoever showed this document, newest first."""
    visits = tables.visits
    query = (
        select(_T)
        .join(visits, visits.c.id == _T.c.visit)
        .where(
            visits.c.site == rules.code,
            visits.c.day == today(uow, rules),
            _T.c.site == rules.code,
            _T.c.day == visits.c.day,
            text(tables.HAS_DOCUMENT),
            visits.c.document_index == document_index(uow, document_type, number),
        )
        .order_by(_T.c.arrived_at.desc())
    )
    return [change.of_row(row) for row in uow.connection.execute(query.limit(_FOUND))]


def waiting_with(
    uow: UnitOfWork, rules: SiteRules, documents: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Ticket]:
    """Who showed one of these documents (type, number) at a kiosk today and may be called: document
    -> ticket, of several the first that came."""
    by_index = {document_index(uow, *each): each for each in documents}
    visits, periods = tables.visits, tables.periods
    query = (
        select(_T, visits.c.document_index)
        .join(visits, visits.c.id == _T.c.visit)
        .join(periods, and_(periods.c.ticket == _T.c.id, periods.c.position == 1))
        .where(
            visits.c.site == rules.code,
            visits.c.day == today(uow, rules),
            text(f"visits.{tables.HAS_DOCUMENT}"),
            visits.c.document_index.in_(by_index),
            text(f"tickets.{tables.IS_CALLABLE}"),
            periods.c.actor.startswith(f"{Role.KIOSK}:"),
        )
        .order_by(_T.c.arrived_at.desc())
    )
    rows = uow.connection.execute(query)
    return {by_index[row.document_index]: change.of_row(row) for row in rows}


def announcements(uow: UnitOfWork, rules: SiteRules) -> list[str]:
    """What the site announces today."""
    words, day = tables.announcements, today(uow, rules)
    rows = uow.connection.execute(
        select(words.c.words)
        .where(
            words.c.site == rules.code,
            or_(words.c.first_day.is_(None), words.c.first_day <= day),
            or_(words.c.last_day.is_(None), words.c.last_day >= day),
        )
        .order_by(words.c.id)
    )
    return list(rows.scalars())


def _tickets(uow: UnitOfWork, rules: SiteRules, query: Any, count: int) -> list[Ticket]:
    asked = {"site": rules.code, "day": today(uow, rules), "count": count}
    return [change.of_row(row) for row in uow.connection.execute(query, asked)]

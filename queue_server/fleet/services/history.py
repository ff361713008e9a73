"""How every machine stood, and since when: a row a state, written when it changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from queue_server.core.ageing import Ageing
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.model.devices import Verdict
from queue_server.fleet.model.history import Fact, Span, Subject

KEPT = timedelta(days=400)
_spans = tables.state_spans
STATES = Ageing(_spans, "until")


def note(
    uow: UnitOfWork,
    site: str,
    kiosk: str,
    ended: Iterable[Fact],
    begun: Iterable[Fact],
    at: datetime | None = None,
) -> None:
    """Since `at` (now, if none is given) what `ended` holds no more, and what `begun` does."""
    when = at or uow.now
    for fact in {(each.subject, each.name) for each in (*ended, *begun)}:
        _end(uow, site, kiosk, *fact, when)
    rows = [_row(site, kiosk, each, when) for each in begun]
    if rows:
        uow.connection.execute(insert(_spans), rows)


def _end(uow: UnitOfWork, site: str, kiosk: str, subject: Subject, name: str, at: datetime) -> None:
    """No span ends before it began, whatever a clock did meanwhile."""
    holds = (
        (_spans.c.site == site)
        & (_spans.c.kiosk == kiosk)
        & (_spans.c.subject == subject)
        & (_spans.c.name == name)
        & _spans.c.until.is_(None)
    )
    row = uow.connection.execute(select(_spans.c.id, _spans.c.since).where(holds)).one_or_none()
    if row is not None:
        ending = update(_spans).where(_spans.c.id == row.id)
        uow.connection.execute(ending.values(until=max(at, row.since)))


def _row(site: str, kiosk: str, fact: Fact, since: datetime) -> dict[str, Any]:
    return {
        "site": site,
        "kiosk": kiosk,
        "subject": fact.subject,
        "name": fact.name[:60],
        "state": fact.state,
        "verdict": fact.verdict,
        "why": fact.why,
        "since": since,
    }


def holding(uow: UnitOfWork, site: str, kiosk: str) -> list[Fact]:
    """What the book says of `kiosk` now."""
    found = select(_spans).where(
        _spans.c.site == site, _spans.c.kiosk == kiosk, _spans.c.until.is_(None)
    )
    return [_span(row).fact for row in uow.connection.execute(found)]


def spans(
    uow: UnitOfWork,
    site: str,
    since: datetime,
    kiosk: str | None = None,
    before: datetime | None = None,
) -> list[Span]:
    """Everything that held at some moment from `since` on (and began before `before`), by time."""
    found = select(_spans).where(
        _spans.c.site == site, or_(_spans.c.until.is_(None), _spans.c.until > since)
    )
    if before is not None:
        found = found.where(_spans.c.since < before)
    if kiosk is not None:
        found = found.where(_spans.c.kiosk == kiosk)
    return [
        _span(row) for row in uow.connection.execute(found.order_by(_spans.c.since, _spans.c.id))
    ]


def forget(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Delete what ended before `before`, a few hundred rows; how many."""
    use = tables.supply_use
    uow.connection.execute(delete(use).where(use.c.site == site, use.c.day < before.date()))
    return STATES.forget(uow, site, before)


def _span(row: Any) -> Span:
    fact = Fact(Subject(row.subject), row.name, row.state, Verdict(row.verdict), row.why)
    return Span(row.kiosk, fact, row.since, row.until)

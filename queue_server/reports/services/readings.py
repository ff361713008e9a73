"""Readings of the read tables: facts for the figures, certificates, and rows for a file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.reports import tables
from queue_server.reports.model.asked import Asked
from queue_server.reports.model.figures import Fact
from queue_server.reports.model.stages import Result

# Facts of so many days are read at once: some 20 ms at a busy site.
DAYS_AT_ONCE = 7
ROWS_AT_ONCE = 2000
KIOSK = "kiosk:"
# Staff attended these at a window; of `paper` the numbers were called there by voice.
_AT_A_WINDOW = (Result.FINISHED, Result.PAPER)

_S, _C = tables.report_stages, tables.report_certificates
_FACTS = (
    _S.c.day,
    _S.c.second,
    _S.c.service,
    _S.c.attention_class,
    _S.c.counter,
    _S.c.begun,
    _S.c.called_at.is_not(None).label("called"),
    _S.c.wait_s,
    _S.c.served_s,
    _S.c.result,
    _S.c.in_line,
)


def facts(uow: UnitOfWork, site: str, asked: Asked) -> list[Fact]:
    """The stages that joined a line on the days asked about; at most `DAYS_AT_ONCE` a call."""
    rows = uow.connection.execute(_of(select(*_FACTS), site, asked))
    return [Fact(*row) for row in rows]


def stage_rows(
    uow: UnitOfWork, site: str, asked: Asked, beyond: tuple[date, str, int] | None
) -> list[Mapping[str, Any]]:
    """The next `ROWS_AT_ONCE` stages beyond (day, ticket, position), in that order, for a file."""
    query = _of(select(_S), site, asked)
    if beyond is not None:
        day, ticket, position = beyond
        same_day, same_ticket = _S.c.day == day, _S.c.ticket == ticket
        query = query.where(
            or_(
                _S.c.day > day,
                and_(same_day, _S.c.ticket > ticket),
                and_(same_day, same_ticket, _S.c.position > position),
            )
        )
    query = query.order_by(_S.c.day, _S.c.ticket, _S.c.position).limit(ROWS_AT_ONCE)
    return [dict(row) for row in uow.connection.execute(query).mappings()]


def without_a_window(uow: UnitOfWork, site: str, asked: Asked) -> tuple[int, int]:
    """(certificates issued on these days of applications registered at a kiosk, tickets that
    were finished at a window). Of all services and classes: the share is the whole site's.
    """
    certificates = select(func.count()).where(
        _C.c.site == site,
        _C.c.issued_day.between(asked.first, asked.last),
        _C.c.by.startswith(KIOSK, autoescape=True),
    )
    tickets = select(func.count()).where(
        _S.c.site == site,
        _S.c.day.between(asked.first, asked.last),
        _S.c.result.in_(_AT_A_WINDOW),
    )
    return (
        uow.connection.execute(certificates).scalar_one(),
        uow.connection.execute(tickets).scalar_one(),
    )


def certificates_by_month(uow: UnitOfWork, site: str, asked: Asked) -> list[tuple[str, int]]:
    """("2026-03", certificates issued) for the twelve months up to the last day asked about."""
    months = asked.months()
    first = date(*months[0], 1)
    query = (
        select(_C.c.issued_day, func.count())
        .where(_C.c.site == site, _C.c.issued_day.between(first, asked.last))
        .group_by(_C.c.issued_day)
    )
    counts = dict.fromkeys(months, 0)
    for day, count in uow.connection.execute(query):
        counts[day.year, day.month] += count
    return [(f"{year}-{month:02d}", count) for (year, month), count in counts.items()]


def _of(query: Any, site: str, asked: Asked) -> Any:
    query = query.where(_S.c.site == site, _S.c.day.between(asked.first, asked.last))
    if asked.service:
        query = query.where(_S.c.service == asked.service)
    if asked.attention_class:
        query = query.where(_S.c.attention_class == asked.attention_class)
    return query

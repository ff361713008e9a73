"""How long people waited and were served on one local day, as histograms made in the database."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.reports import tables

# A call, and its end, may be undone for a minute; what is older stands, so counts only grow.
SETTLED_AFTER = timedelta(minutes=2)

_S = tables.report_stages
Times = dict[tuple[str, str], tuple[list[int], int]]


def waits(uow: UnitOfWork, site: str, day: date, edges_s: Sequence[int]) -> Times:
    """Time in line until the call: (service, class) -> how many fell up to each of `edges_s` and
    beyond the one before, beyond the last in the end; and their sum in seconds."""
    return _times(uow, site, day, edges_s, _S.c.wait_s, _S.c.called_at)


def services(uow: UnitOfWork, site: str, day: date, edges_s: Sequence[int]) -> Times:
    """Time from the call to the end of the attention, in the same shape."""
    return _times(uow, site, day, edges_s, _S.c.served_s, _S.c.ended_at)


def _times(
    uow: UnitOfWork,
    site: str,
    day: date,
    edges_s: Sequence[int],
    lasted: ColumnElement[Any],
    settled_at: ColumnElement[datetime],
) -> Times:
    below = [(lasted <= edge, number) for number, edge in enumerate(edges_s)]
    place = case(*below, else_=len(edges_s)).label("place")
    query = (
        select(_S.c.service, _S.c.attention_class, place, func.count(), func.sum(lasted))
        .where(
            _S.c.site == site,
            _S.c.day == day,
            lasted.is_not(None),
            settled_at <= uow.now - SETTLED_AFTER,
        )
        .group_by(_S.c.service, _S.c.attention_class, place)
    )
    return _gathered(uow.connection.execute(query), len(edges_s) + 1)


def _gathered(rows: Iterable[Any], places: int) -> Times:
    found: Times = {}
    for service, which, place, count, total in rows:
        counts, sum_s = found.get((service, which), ([0] * places, 0))
        counts[place] += count
        found[service, which] = counts, sum_s + int(total)
    return found

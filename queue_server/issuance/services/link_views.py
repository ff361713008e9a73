"""Who came by a private link: when the page was opened, when the file was taken, nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy import delete, func, insert, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables

PAGE, FILE = "page", "file"
KEPT = 100  # the newest of each kind
SAME_OPENING = timedelta(seconds=10)
DOWNLOADS, WITHIN = 6, timedelta(seconds=60)
_V = tables.link_views


@dataclass(frozen=True)
class Views:
    """How often the page of a link was opened and its file taken."""

    page: int
    file: int


def is_new_opening(uow: UnitOfWork, application: str) -> bool:
    """Whether the page was not opened just now: a reload within seconds is the same opening."""
    newest = uow.connection.execute(
        select(func.max(_V.c.at, type_=_V.c.at.type)).where(
            _V.c.application == application, _V.c.what == PAGE
        )
    ).scalar()
    return newest is None or newest <= uow.now - SAME_OPENING


def opened(uow: UnitOfWork, site: str, application: str) -> None:
    """Write down that the page was opened."""
    uow.lock_site(site)
    if is_new_opening(uow, application):
        _append(uow, application, PAGE)


def taken(uow: UnitOfWork, application: str) -> None:
    """Write down that the file is being taken.

    Raises Problem 429 with `retry_after_s` when it was taken `DOWNLOADS` times `WITHIN` a minute.
    """
    earliest = uow.connection.execute(
        select(_V.c.at)
        .where(_V.c.application == application, _V.c.what == FILE)
        .order_by(_V.c.position.desc())
        .offset(DOWNLOADS - 1)
        .limit(1)
    ).scalar()
    if earliest is not None and earliest > uow.now - WITHIN:
        wait_s = ceil((earliest + WITHIN - uow.now).total_seconds())
        words = "Este certificado se descargó varias veces seguidas; espere un minuto."
        raise Problem(429, "too_many_downloads", words, retry_after_s=wait_s)
    _append(uow, application, FILE)


def count(uow: UnitOfWork, application: str) -> Views:
    """How often the link was used so far."""
    rows = uow.connection.execute(
        select(_V.c.what, func.max(_V.c.position).label("times"))
        .where(_V.c.application == application)
        .group_by(_V.c.what)
    )
    times = {row.what: row.times for row in rows}
    return Views(times.get(PAGE, 0), times.get(FILE, 0))


def _append(uow: UnitOfWork, application: str, what: str) -> None:
    """One more. Of those before it only the newest are kept; their number stays known."""
    mine = (_V.c.application == application) & (_V.c.what == what)
    last = uow.connection.execute(select(func.max(_V.c.position)).where(mine)).scalar() or 0
    row = {"application": application, "what": what, "position": last + 1, "at": uow.now}
    uow.connection.execute(insert(_V), row)
    uow.connection.execute(delete(_V).where(mine, _V.c.position <= last + 1 - KEPT))

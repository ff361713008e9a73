"""The centre's ledger, copied day by day: wanted by whoever looks, fetched by the jobs process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, insert, or_, select

from queue_server.core.clock import local_day
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.day_books import (
    CentreLedger,
    CentreTaking,
    TakingsNotTold,
    TakingsPage,
)
from queue_server.payments.services import day_reports
from queue_server.payments.services.day_books import days_before
from queue_server.turns.services import queries as turns
from queue_server.turns.services.rules import site_rules

_days, _takings = tables.centre_days, tables.centre_takings
# So many past days are looked after; an older one only on demand.
LOOKED_AFTER_DAYS = 7
FIRST_AGAIN = timedelta(minutes=5)
AGAIN = timedelta(minutes=30)
DUE_EVERY_S = 60.0
_END_OF_DAY = clock_time()  # as a closing time


@dataclass(frozen=True)
class CentreDay:
    """How the copy of one day stands."""

    asked_at: datetime | None
    wanted: bool
    trouble: str | None


def standing(uow: UnitOfWork, site: str, day: date) -> CentreDay:
    """How the copy of `day` stands."""
    row = uow.connection.execute(
        select(_days).where(_days.c.site == site, _days.c.day == day)
    ).one_or_none()
    if row is None:
        return CentreDay(None, False, None)
    return CentreDay(row.asked_at, row.wanted_at is not None, row.trouble)


def want(uow: UnitOfWork, actor: Actor, day: date) -> None:
    """Have `day` fetched anew, and the days after it: what was paid late in the evening reaches the
    centre the next morning."""
    uow.lock_site(actor.site)
    last = min(day + timedelta(days=LOOKED_AFTER_DAYS), today(uow, actor.site))
    for each in days_before(last, (last - day).days + 1):
        _note(uow, actor.site, each, wanted_at=uow.now)
    uow.record(actor, "day_close.refreshed", day=day.isoformat())


def today(uow: UnitOfWork, site: str) -> date:
    """The site's local day."""
    return local_day(uow.now, turns.site_zone(uow, site))


class LedgerCopy:
    """Fetches what is wanted or due, one day after the other; asks outside any transaction.

    What is due by itself is looked for every `every_s` seconds, what somebody wants at each turn.
    """

    def __init__(
        self, database: Database, ledger: CentreLedger, every_s: float = DUE_EVERY_S
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._every_s = every_s
        self._look_again: dict[str, float] = {}

    def turn(self, site: str) -> bool:
        """Fetch one day of `site`, if one is due; True when it was, and there may be more."""
        by_itself = time.monotonic() >= self._look_again.get(site, 0.0)
        day = self._database.read(lambda uow: due(uow, site, by_itself=by_itself))
        if day is None:
            if by_itself:
                self._look_again[site] = time.monotonic() + self._every_s
            return False
        answer = whole_day(self._ledger, day)
        self._database.run(lambda uow: keep(uow, site, day, answer))
        return not isinstance(answer, TakingsNotTold)


def due(uow: UnitOfWork, site: str, *, by_itself: bool = True) -> date | None:
    """The day that should be fetched now: one that somebody wants, or (`by_itself`) an unsealed one
    of the last days that is over and was not asked about lately."""
    wanted = uow.connection.execute(
        select(_days.c.day)
        .where(_days.c.site == site, _days.c.wanted_at.is_not(None), _days.c.wanted_at <= uow.now)
        .order_by(_days.c.wanted_at, _days.c.day)
        .limit(1)
    ).scalar()
    if wanted is not None or not by_itself:
        return wanted
    return next((day for day in _looked_after(uow, site) if _is_old(uow, site, day)), None)


def _looked_after(uow: UnitOfWork, site: str) -> Sequence[date]:
    """The days of the last week on which something happened and which nobody has sealed; today too
    once the site has closed."""
    rules = site_rules(uow, site)
    local = uow.now.astimezone(ZoneInfo(rules.zone))
    closings = [each.closes for each in rules.openings if each.weekday == local.weekday()]
    goes_on = not closings or _END_OF_DAY in closings or local.time() < max(closings)
    days = days_before(local.date(), LOOKED_AFTER_DAYS)
    sealed = select(tables.day_closes.c.day).where(
        tables.day_closes.c.site == site, tables.day_closes.c.day.in_(days)
    )
    done = set(uow.connection.execute(sealed).scalars())
    if goes_on:
        done.add(local.date())
    return [day for day in days if day not in done and _had_money(uow, site, day, rules.zone)]


def _had_money(uow: UnitOfWork, site: str, day: date, zone: str) -> bool:
    """Whether a kiosk told of that day, or somebody paid."""
    begins, ends = day_reports.bounds(day, zone)
    reports, payments = tables.day_reports.c, tables.payments.c
    told = exists().where(reports.site == site, reports.day == day)
    paid = exists().where(
        payments.site == site, payments.paid_at >= begins, payments.paid_at < ends
    )
    return bool(uow.connection.execute(select(or_(told, paid))).scalar())


def _is_old(uow: UnitOfWork, site: str, day: date) -> bool:
    row = uow.connection.execute(
        select(_days).where(
            _days.c.site == site,
            _days.c.day == day,
            or_(_days.c.asked_at.is_not(None), _days.c.wanted_at.is_not(None)),
        )
    ).one_or_none()
    if row is None:
        return True
    if row.wanted_at is not None:  # put off, because the centre did not answer
        return False
    return row.asked_at <= uow.now - AGAIN


def whole_day(ledger: CentreLedger, day: date) -> list[CentreTaking] | TakingsNotTold:
    """Every page of a day; nothing unless they belong together and add up."""
    found: list[CentreTaking] = []
    page, pages = 1, 1
    first: TakingsPage | None = None
    while page <= pages:
        answer = ledger.takings(day, page)
        if isinstance(answer, TakingsNotTold):
            return answer
        first = first or answer
        if (answer.pages, answer.count, answer.centimos) != (
            first.pages,
            first.count,
            first.centimos,
        ):
            return TakingsNotTold("changed_meanwhile")
        found += answer.takings
        page, pages = page + 1, answer.pages
    once = {each.application for each in found}
    sums = (len(once), sum(each.amount_centimos for each in found))
    if first is None or len(found) != first.count or sums != (first.count, first.centimos):
        return TakingsNotTold("does_not_add_up")
    return found


def keep(
    uow: UnitOfWork, site: str, day: date, answer: list[CentreTaking] | TakingsNotTold
) -> None:
    """Put what was told in the place of what was told before; no answer changes nothing of it."""
    uow.lock_site(site)
    if isinstance(answer, TakingsNotTold):
        _note(uow, site, day, wanted_at=uow.now + FIRST_AGAIN, trouble=answer.reason[:40])
        return
    uow.connection.execute(delete(_takings).where(_takings.c.site == site, _takings.c.day == day))
    rows = [
        {
            "site": site,
            "application": each.application,
            "day": day,
            "means": each.means,
            "amount_centimos": each.amount_centimos,
            "reference": each.reference,
            "paid_at": each.paid_at,
            "state": each.state,
        }
        for each in answer
    ]
    if rows:
        again = _takings.c.application.in_([each.application for each in answer])
        uow.connection.execute(delete(_takings).where(_takings.c.site == site, again))
        uow.connection.execute(insert(_takings), rows)
    _note(uow, site, day, wanted_at=None, asked_at=uow.now, trouble=None)


def _note(uow: UnitOfWork, site: str, day: date, **values: object) -> None:
    put = uow.upsert(_days).values(site=site, day=day, **values)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site", "day"], set_=values))

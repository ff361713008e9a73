"""Deletes what is past its limit, and keeps the evidence: a row and an event for every run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.privacy.duties import DUTIES
from queue_server.privacy.model import Rule
from queue_server.privacy.tables import retention_runs

_R = retention_runs
LISTED = 200


@dataclass(frozen=True)
class Run:
    """Something was deleted at `at` by `rule`: so many rows."""

    rule: str
    at: datetime
    deleted: int


@dataclass(frozen=True)
class Evidence:
    """What the runs of a rule amount to. `last`: the newest."""

    runs: int
    deleted: int
    last: datetime


def is_due(uow: UnitOfWork, site: str, rule: Rule) -> bool:
    """Whether `site` has something that is past the limit of `rule`."""
    return rule.limit is not None and DUTIES[rule.name].due(uow, site, uow.now - rule.limit)


def keep(uow: UnitOfWork, site: str, rule: Rule) -> bool:
    """Delete some of what is past the limit of `rule`, with evidence; True when there may be more.

    Nothing is due: nothing is written.
    """
    if rule.limit is None:
        return False
    uow.lock_site(site)
    deleted = DUTIES[rule.name].forget(uow, site, uow.now - rule.limit)
    if deleted:
        row = {"site": site, "rule": rule.name, "at": uow.now, "deleted": deleted}
        put = uow.upsert(_R).values(row)
        again = {"deleted": _R.c.deleted + put.excluded.deleted}  # twice at one instant
        keys = [_R.c.site, _R.c.rule, _R.c.at]
        uow.connection.execute(put.on_conflict_do_update(index_elements=keys, set_=again))
        actor = Actor(site, "jobs", "retention")
        kept = _days(rule.limit)
        uow.record(actor, "person_data.deleted", rule=rule.name, deleted=deleted, kept_days=kept)
    return deleted > 0


def _days(limit: timedelta) -> float:
    return limit.total_seconds() / 86400


def runs(uow: UnitOfWork, site: str) -> list[Run]:
    """The newest runs that deleted something at `site`."""
    found = select(_R.c.rule, _R.c.at, _R.c.deleted).where(_R.c.site == site)
    rows = uow.connection.execute(found.order_by(_R.c.at.desc(), _R.c.rule).limit(LISTED))
    return [Run(*row) for row in rows]


def evidence(uow: UnitOfWork, site: str) -> dict[str, Evidence]:
    """What was deleted at `site` so far, by the rule's name."""
    summed = select(_R.c.rule, func.count(), func.sum(_R.c.deleted), func.max(_R.c.at))
    rows = uow.connection.execute(summed.where(_R.c.site == site).group_by(_R.c.rule))
    return {rule: Evidence(count, int(deleted), last) for rule, count, deleted, last in rows}

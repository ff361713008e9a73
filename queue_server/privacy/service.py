"""Deletes what is past its limit, and keeps the evidence: a row and an event for every run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.privacy.model import VISIT_DOCUMENTS, VISIT_DOCUMENTS_KEPT
from queue_server.privacy.tables import retention_runs
from queue_server.turns.services import forgetting

_R = retention_runs
LISTED = 200


@dataclass(frozen=True)
class Run:
    """Something was deleted at `at` by `rule`: so many rows."""

    rule: str
    at: datetime
    deleted: int


def visit_documents_are_over(uow: UnitOfWork, site: str) -> bool:
    """Whether a visit of `site` still has a document past its limit."""
    return forgetting.has_documents(uow, site, uow.now - VISIT_DOCUMENTS_KEPT)


def forget_visit_documents(uow: UnitOfWork, site: str) -> bool:
    """Delete documents of visits past their limit, a few hundred; True when there may be more."""
    uow.lock_site(site)
    deleted = forgetting.forget_documents(uow, site, uow.now - VISIT_DOCUMENTS_KEPT)
    if deleted:
        row = {"site": site, "rule": VISIT_DOCUMENTS, "at": uow.now, "deleted": deleted}
        uow.connection.execute(insert(_R), row)
        actor = Actor(site, "jobs", "retention")
        uow.record(actor, "person_data.deleted", rule=VISIT_DOCUMENTS, deleted=deleted)
    return deleted == forgetting.AT_ONCE


def runs(uow: UnitOfWork, site: str) -> list[Run]:
    """The newest runs that deleted something at `site`."""
    found = select(_R.c.rule, _R.c.at, _R.c.deleted).where(_R.c.site == site)
    rows = uow.connection.execute(found.order_by(_R.c.at.desc(), _R.c.rule).limit(LISTED))
    return [Run(*row) for row in rows]

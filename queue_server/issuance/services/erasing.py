"""Erases who applied, and where their certificate went; number, states and amount stay."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, update

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant, ApplicationState
from queue_server.issuance.services.applications import document_index, seal_applicant
from queue_server.issuance.services.withdrawal import withdraw
from queue_server.payments.services.forgetting import with_open_money

AT_ONCE = 50  # each takes several statements, and others wait
# A kiosk that was away may still hand over a payment for what it registered so long ago.
MAY_BE_PAID = timedelta(days=7)
_A, _C = tables.applications, tables.certificates
_NOBODY = Applicant("", "", date.min)
_UNDER_WAY = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW)


def is_due(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether an application settled before `before` still says who applied."""
    return (
        uow.connection.execute(select(_A.c.id).where(_old(uow, site, before)).limit(1)).first()
        is not None
    )


def forget(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Erase the persons of at most `AT_ONCE` of them; how many. None whose money is open."""
    ids = uow.connection.execute(select(_A.c.id).where(_old(uow, site, before)).limit(AT_ONCE))
    return erase(uow, site, list(ids.scalars()))


def of_document(uow: UnitOfWork, site: str, document_type: str, number: str) -> list[str]:
    """The ids of what was applied for with this document."""
    index = document_index(uow, document_type, number)
    mine = select(_A.c.id).where(_A.c.site == site, _A.c.document_index == index)
    return list(uow.connection.execute(mine.order_by(_A.c.registered_at)).scalars())


def not_settled(uow: UnitOfWork, site: str, applications: Collection[str]) -> list[str]:
    """The numbers of those that are not settled: under way, with money that is open, or so young
    that a kiosk may still hand over a payment."""
    unsettled = or_(_under_way(uow), _A.c.id.in_(with_open_money(site)))
    found = select(_A.c.number).where(_A.c.id.in_(list(applications)), unsettled)
    return list(uow.connection.execute(found.order_by(_A.c.number)).scalars())


def erase(uow: UnitOfWork, site: str, applications: Collection[str]) -> int:
    """Erase who applied from these applications, at once; how many. Their certificates go, and
    letters that wait are withdrawn."""
    for each in applications:
        withdraw(uow, site, each)
        gone = {
            "applicant": seal_applicant(uow, _NOBODY),
            "document_index": document_index(uow, "erased", each),
            "email": None,
            "erased_at": uow.now,
        }
        uow.connection.execute(update(_A).where(_A.c.id == each).values(gone))
    kept = and_(_C.c.application.in_(list(applications)), _C.c.forgotten_at.is_(None))
    forgotten = update(_C).where(kept).values(pdf=None, link=None, forgotten_at=uow.now)
    uow.connection.execute(forgotten)
    return len(applications)


def _old(uow: UnitOfWork, site: str, before: datetime) -> ColumnElement[Any]:
    return and_(
        _A.c.site == site,
        _A.c.changed_at < before,
        _A.c.erased_at.is_(None),
        not_(_under_way(uow)),
        _A.c.id.not_in(with_open_money(site)),
    )


def _under_way(uow: UnitOfWork) -> ColumnElement[bool]:
    """At the centre, or so young that it may still be paid."""
    young = and_(
        _A.c.state == ApplicationState.REGISTERED, _A.c.registered_at > uow.now - MAY_BE_PAID
    )
    return or_(_A.c.state.in_(_UNDER_WAY), young)

"""What a person's document finds again at any kiosk of the site, before anything is sold anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from queue_server.core.clock import midnight_after
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant, ApplicationState
from queue_server.issuance.services.applications import document_index, today
from queue_server.payments.model.standing import ON_ITS_WAY, PaymentStanding
from queue_server.payments.services import claims, doubts, vouchers
from queue_server.turns.services import queries as turns

LOOKED_AT = 20  # applications of one document, the newest
_GOES_ON = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW, ApplicationState.ISSUED)


@dataclass(frozen=True)
class Resume:
    """An application that is not over for its person. `claim_open`: money is claimed for it;
    `payment`: how its own stands."""

    application: UUID
    number: str
    state: ApplicationState
    claim_open: bool
    payment: PaymentStanding


def resume_of(uow: UnitOfWork, site: str, who: Applicant) -> Resume | None:
    """The newest application of this document that was paid or settled since yesterday, for which
    a claim or a doubt is open, or whose money may be on its way; None when there is none."""
    applications = tables.applications
    index = document_index(uow, who.document_type, who.document_number)
    rows = uow.connection.execute(
        select(
            applications.c.id,
            applications.c.number,
            applications.c.state,
            applications.c.changed_at,
        )
        .where(applications.c.site == site, applications.c.document_index == index)
        .order_by(applications.c.registered_at.desc())
        .limit(LOOKED_AT)
    ).all()
    ids = [row.id for row in rows]
    claimed, doubted = claims.open_for(uow, ids), _undecided(uow, rows)
    yesterday = _begins(uow, site, days_ago=1)
    for row in rows:
        goes_on = row.state in _GOES_ON and row.changed_at >= yesterday
        if goes_on or row.id in claimed or row.id in doubted:
            state = ApplicationState(row.state)
            payment = vouchers.payment_standing(uow, row.id)
            return Resume(UUID(row.id), row.number, state, row.id in claimed, payment)
    return None


def is_in_doubt(uow: UnitOfWork, site: str, who: Applicant) -> bool:
    """Whether it is not known if this document has paid for an application of today."""
    applications = tables.applications
    index = document_index(uow, who.document_type, who.document_number)
    rows = uow.connection.execute(
        select(applications.c.id, applications.c.state)
        .where(
            applications.c.site == site,
            applications.c.document_index == index,
            applications.c.registered_at >= _begins(uow, site, days_ago=0),
        )
        .order_by(applications.c.registered_at.desc())
        .limit(LOOKED_AT)
    ).all()
    return bool(_undecided(uow, rows))


def _undecided(uow: UnitOfWork, rows: Sequence[Any]) -> set[str]:
    """Those of which nobody knows yet whether they are paid: an answer was lost, a code is open,
    what the bank printed does not show yet."""
    open_ones = [row.id for row in rows if row.state == ApplicationState.REGISTERED]
    coming = {each for each in open_ones if vouchers.payment_standing(uow, each) in ON_ITS_WAY}
    return doubts.open_for(uow, [row.id for row in rows]) | coming


def _begins(uow: UnitOfWork, site: str, days_ago: int) -> datetime:
    """The instant at which that local day began."""
    day = today(uow, site) - timedelta(days=days_ago + 1)
    return midnight_after(day, turns.site_zone(uow, site))

"""Applications that people at the centre decide on, and who of them waits here for the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services.applications import applicant_of
from queue_server.turns.model.ticket import Ticket
from queue_server.turns.services import queries as turns
from queue_server.turns.services.rules import site_rules

LISTED = 200


@dataclass(frozen=True)
class Review:
    """One application under review, since when, and the ticket with which its person waits now."""

    number: str
    since: datetime
    ticket: Ticket | None


def under_review(uow: UnitOfWork, site: str) -> list[Review]:
    """What is under review at `site`, longest first, at most `LISTED`; nothing of who applied."""
    applications, steps = tables.applications, tables.application_steps
    rows: Sequence[Any] = uow.connection.execute(
        select(applications.c.number, applications.c.applicant, steps.c.at)
        .join(
            steps,
            and_(
                steps.c.application == applications.c.id,
                steps.c.state == ApplicationState.UNDER_REVIEW,
            ),
        )
        .where(applications.c.site == site, applications.c.state == ApplicationState.UNDER_REVIEW)
        .order_by(steps.c.at, applications.c.number)
        .limit(LISTED)
    ).all()
    who = [applicant_of(uow, row) for row in rows]
    documents = [(each.document_type, each.document_number) for each in who]
    tickets = turns.waiting_with(uow, site_rules(uow, site), documents)
    return [
        Review(row.number, row.at, tickets.get(document))
        for row, document in zip(rows, documents, strict=True)
    ]


def how_many(uow: UnitOfWork, site: str) -> int:
    """How many are under review at `site`."""
    applications = tables.applications
    mine = (applications.c.site == site) & (applications.c.state == ApplicationState.UNDER_REVIEW)
    return uow.connection.execute(select(func.count()).where(mine)).scalar_one()

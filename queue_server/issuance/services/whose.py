"""Whose an application is, as far as staff may see it without its person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant, ApplicationState
from queue_server.issuance.services.applications import open_applicant

SHOWN_SIGNS = 3  # fewer than the tracking page asks for


@dataclass(frozen=True)
class Face:
    """An application as staff see it. `masked`: `*****410`, to compare a shown document with.

    `changed_by`, `changed_at`: who brought it to where it stands, and when.
    """

    number: str
    state: ApplicationState
    document_type: str
    masked: str
    changed_by: str
    changed_at: datetime


def faces(uow: UnitOfWork, site: str, ids: Collection[str]) -> dict[str, Face]:
    """The applications of `site` with these ids, by id."""
    if not ids:
        return {}
    applications, steps = tables.applications, tables.application_steps
    each = steps.alias("each")
    newest = (
        select(func.max(each.c.position))
        .where(each.c.application == applications.c.id)
        .correlate(applications)
        .scalar_subquery()
    )
    rows = uow.connection.execute(
        select(
            applications.c.id,
            applications.c.number,
            applications.c.state,
            applications.c.applicant,
            steps.c.actor,
            steps.c.at,
        )
        .select_from(applications)
        .join(
            steps,
            and_(steps.c.application == applications.c.id, steps.c.position == newest),
        )
        .where(applications.c.site == site, applications.c.id.in_(set(ids)))
    )
    found: dict[str, Face] = {}
    for row in rows:
        who = open_applicant(uow, row.applicant)
        uow.looked_at("application", row.id)
        found[row.id] = Face(
            row.number,
            ApplicationState(row.state),
            who.document_type,
            masked(who),
            row.actor,
            row.at,
        )
    return found


def masked(who: Applicant) -> str:
    """A document's number with all but its last signs covered."""
    number = who.document_number
    return "*" * max(0, len(number) - SHOWN_SIGNS) + number[-SHOWN_SIGNS:]

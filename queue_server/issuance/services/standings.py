"""Where a person's applications stand, for the staff who serve them: never what was found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, or_, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services import collection
from queue_server.issuance.services.applications import document_index
from queue_server.issuance.services.collection import Taken

SHOWN = 5


class File(StrEnum):
    """Whether a certificate's file can be printed here."""

    NONE = "none"  # not issued
    HERE = "here"
    GONE = "gone"  # kept for some days only


@dataclass(frozen=True)
class Standing:
    """Where an application stands. `refusal`: the closed word of the centre's no.

    `taken`: who last printed it at a window.
    """

    number: str
    state: ApplicationState
    refusal: str | None
    changed_at: datetime
    file: File
    taken: Taken | None


def of_document(
    uow: UnitOfWork, site: str, document_type: str, number: str, since: datetime
) -> list[Standing]:
    """Where this document's applications stand: under review first, then the newest, at most
    `SHOWN`. Besides those under review, only what changed from `since` on."""
    applications, certificates = tables.applications, tables.certificates
    in_review = applications.c.state == ApplicationState.UNDER_REVIEW
    rows = uow.connection.execute(
        select(
            applications.c.id,
            applications.c.number,
            applications.c.state,
            applications.c.refusal,
            applications.c.changed_at,
            certificates.c.application.label("certificate"),
            and_(certificates.c.pdf.is_not(None), certificates.c.expires_at > uow.now).label(
                "here"
            ),
        )
        .outerjoin(certificates, certificates.c.application == applications.c.id)
        .where(
            applications.c.site == site,
            applications.c.document_index == document_index(uow, document_type, number),
            or_(in_review, applications.c.changed_at >= since),
        )
        .order_by(in_review.desc(), applications.c.registered_at.desc())
        .limit(SHOWN)
    ).all()
    taken = collection.last_taken(uow, [row.id for row in rows])
    return [
        Standing(
            row.number,
            ApplicationState(row.state),
            row.refusal,
            row.changed_at,
            File.NONE if row.certificate is None else File.HERE if row.here else File.GONE,
            taken.get(row.id),
        )
        for row in rows
    ]


def counted(uow: UnitOfWork, site: str) -> dict[ApplicationState, int]:
    """How many applications of `site` stand where."""
    state = tables.applications.c.state
    rows = uow.connection.execute(
        select(state, func.count()).where(tables.applications.c.site == site).group_by(state)
    )
    return {ApplicationState(name): count for name, count in rows}

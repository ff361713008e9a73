"""What happens when a private link expires: the file goes, and that it was here stays on record."""

from typing import Any

from sqlalchemy import Select, select, update

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import LetterKind
from queue_server.issuance.services import link_views
from queue_server.issuance.services.withdrawal import withdraw

_C = tables.certificates


def has_expired(uow: UnitOfWork, site: str) -> bool:
    """Whether a certificate of `site` is past its time and still here."""
    return uow.connection.execute(_expired(uow, site)).first() is not None


def forget_expired(uow: UnitOfWork, site: str) -> bool:
    """Delete the certificate of `site` that expired first; False when none has.

    One a unit: the event says of each what was deleted (SHA-256 of the PDF), since when it was
    here and how often its link was used. Whatever was e-mailed, or not, changes nothing about when;
    a letter that still waits to be sent is withdrawn, for there is nothing left to send.
    """
    uow.lock_site(site)
    row = uow.connection.execute(_expired(uow, site)).first()
    if row is None:
        return False
    withdraw(uow, site, row.application, (LetterKind.CERTIFICATE,))
    uow.connection.execute(
        update(_C)
        .where(_C.c.application == row.application)
        .values(pdf=None, link=None, forgotten_at=uow.now)
    )
    views = link_views.count(uow, row.application)
    uow.record(
        Actor(site, "jobs", "forgetting"),
        "application.forgotten",
        application=row.application,
        sha256=row.sha256,
        stored_at=row.stored_at.isoformat(),
        expired_at=row.expires_at.isoformat(),
        page_views=views.page,
        file_views=views.file,
    )
    return True


def _expired(uow: UnitOfWork, site: str) -> Select[Any, Any, Any, Any]:
    return (
        select(_C.c.application, _C.c.sha256, _C.c.stored_at, _C.c.expires_at)
        .where(_C.c.site == site, _C.c.forgotten_at.is_(None), _C.c.expires_at <= uow.now)
        .order_by(_C.c.expires_at)
        .limit(1)
    )

"""The certificate's way to the person: stored sealed, behind a private link that expires."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.schema import Instant
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.services import link_views

_PDF, _LINK = "certificates.pdf", "certificates.link"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes


_STORE = Prepared(insert(tables.certificates))
_LINK_OF = Prepared(
    select(tables.certificates.c.link).where(
        tables.certificates.c.application == bindparam("application"),
        tables.certificates.c.expires_at > bindparam("now", type_=Instant),
    )
)


class CertificateForgotten(LookupError):
    """The certificate was here and its time is over; its file is deleted, or about to be."""


@dataclass(frozen=True)
class Behind:
    """What a private link leads to. Nothing of the person, nothing of what the PDF says."""

    application: str
    site: str
    number: str
    certificate_number: str
    expires_at: datetime


def store(
    uow: UnitOfWork, row: Row[Any], pdf: bytes, sha256: str, signer: str, link_days: int
) -> None:
    """Keep the verified PDF, sealed, under a fresh unguessable link until the link expires."""
    token = secrets.token_urlsafe(32)
    _STORE.tell(
        uow.connection,
        {
            "application": row.id,
            "site": row.site,
            "pdf": uow.vault.seal(_PDF, pdf),
            "sha256": sha256,
            "signer": signer[:200],
            "link": uow.vault.seal(_LINK, token),
            "link_index": uow.vault.index(_LINK, token),
            "stored_at": uow.now,
            "expires_at": uow.now + timedelta(days=link_days),
        },
    )


def link_token(uow: UnitOfWork, application: str) -> str | None:
    """The secret part of the private link; None before the certificate is there and afterwards."""
    sealed = _LINK_OF.scalar(uow.connection, {"application": application, "now": uow.now})
    return None if sealed is None else uow.vault.open_text(_LINK, sealed)


def kept_until(uow: UnitOfWork, application: str) -> datetime | None:
    """Until when the certificate can be had; None before it is there and afterwards."""
    certificates = tables.certificates
    return uow.connection.execute(
        select(certificates.c.expires_at).where(
            certificates.c.application == application,
            certificates.c.forgotten_at.is_(None),
            certificates.c.expires_at > uow.now,
        )
    ).scalar()


def behind_link(uow: UnitOfWork, token: str) -> Behind:
    """What a private link leads to. Raises Problem 404 for an unknown one, 410 for an expired."""
    if not _TOKEN.fullmatch(token):
        raise _unknown()
    applications, certificates = tables.applications, tables.certificates
    row = uow.connection.execute(
        select(
            certificates.c.application,
            certificates.c.site,
            applications.c.number,
            applications.c.certificate_number,
            certificates.c.expires_at,
            certificates.c.forgotten_at,
        )
        .join(applications, applications.c.id == certificates.c.application)
        .where(certificates.c.link_index == uow.vault.index(_LINK, token))
    ).one_or_none()
    if row is None:
        raise _unknown()
    if row.forgotten_at is not None or row.expires_at <= uow.now:
        raise _expired()
    return Behind(
        row.application, row.site, row.number, row.certificate_number or "", row.expires_at
    )


def take(uow: UnitOfWork, token: str) -> tuple[Behind, bytes]:
    """What a private link leads to and its PDF. That the file was taken is written down first.

    Raises Problem 404 for an unknown link, 410 for an expired one, 429 when the file was taken too
    often within a minute.
    """
    behind = behind_link(uow, token)
    uow.lock_site(behind.site)
    link_views.taken(uow, behind.application)
    try:
        return behind, pdf_of(uow, behind.application)
    except CertificateForgotten:
        raise _expired() from None


def pdf_of(uow: UnitOfWork, application: str) -> bytes:
    """The PDF of an application. Raises LookupError before it is there; CertificateForgotten, which
    is one too, once its time is over."""
    certificates = tables.certificates
    row = uow.connection.execute(
        select(certificates.c.pdf, certificates.c.expires_at).where(
            certificates.c.application == application
        )
    ).one_or_none()
    if row is None:
        raise LookupError(f"application {application} has no certificate here")
    if row.pdf is None or row.expires_at <= uow.now:
        raise CertificateForgotten(f"the certificate of application {application} has expired")
    return uow.vault.open(_PDF, row.pdf)


def _unknown() -> Problem:
    words = "Este enlace no existe. Revise que esté completo, o pida otro en el módulo."
    return Problem(404, "no_such_link", words)


def _expired() -> Problem:
    words = "Este enlace venció. Pida su certificado otra vez en el módulo con su documento."
    return Problem(410, "link_expired", words)

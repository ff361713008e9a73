"""The certificate's way to the person: stored sealed, behind a private link."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables

_PDF, _LINK = "certificates.pdf", "certificates.link"


def store(
    uow: UnitOfWork, row: Row[Any], pdf: bytes, sha256: str, signer: str, link_days: int
) -> None:
    """Keep the verified PDF, sealed, under a fresh unguessable link until the link expires."""
    token = secrets.token_urlsafe(32)
    uow.connection.execute(
        insert(tables.certificates),
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
    """The secret part of the private link; None before the certificate is there."""
    sealed = uow.connection.execute(
        select(tables.certificates.c.link).where(tables.certificates.c.application == application)
    ).scalar()
    return None if sealed is None else uow.vault.open_text(_LINK, sealed)


def pdf_by_link(uow: UnitOfWork, token: str) -> bytes:
    """The PDF behind a private link. Raises Problem 404 for an unknown or expired one."""
    sealed = uow.connection.execute(
        select(tables.certificates.c.pdf).where(
            tables.certificates.c.link_index == uow.vault.index(_LINK, token),
            tables.certificates.c.expires_at > uow.now,
        )
    ).scalar()
    if sealed is None:
        words = "Este enlace no existe o ya venció. Pida otro en el módulo con su documento."
        raise Problem(404, "no_such_link", words)
    return uow.vault.open(_PDF, sealed)


def pdf_of(uow: UnitOfWork, application: str) -> bytes:
    """The PDF of an application. Raises LookupError."""
    sealed = uow.connection.execute(
        select(tables.certificates.c.pdf).where(tables.certificates.c.application == application)
    ).scalar()
    if sealed is None:
        raise LookupError(f"application {application} has no certificate here")
    return uow.vault.open(_PDF, sealed)

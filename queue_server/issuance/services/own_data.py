"""What is held of one person's applications, for that person (Ley 29733, article 19)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from queue_server.core.ageing import batched
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.services.applications import applicant_of, document_index, email_of

_A, _S, _C = tables.applications, tables.application_steps, tables.certificates


@dataclass(frozen=True)
class Document:
    """Whose application it is. `erased`: nobody knows any more, and the rest is empty."""

    application: str
    type: str
    number: str
    erased: bool


def of_person(uow: UnitOfWork, site: str, document_type: str, number: str) -> list[dict[str, Any]]:
    """Every application of this document at `site`, oldest first, opened. Instants in ISO 8601."""
    mine = _A.c.document_index == document_index(uow, document_type, number)
    rows = uow.connection.execute(
        select(_A).where(_A.c.site == site, mine).order_by(_A.c.registered_at)
    ).all()
    return [_opened(uow, row) for row in rows]


def _opened(uow: UnitOfWork, row: Any) -> dict[str, Any]:
    who = applicant_of(uow, row)
    return {
        "id": row.id,
        "number": row.number,
        "document_type": who.document_type,
        "document_number": who.document_number,
        "birth_date": who.birth_date.isoformat(),
        "email": email_of(uow, row),
        "purpose": row.purpose,
        "amount_centimos": row.amount_centimos,
        "state": row.state,
        "refusal": row.refusal,
        "certificate_number": row.certificate_number,
        "registered_at": row.registered_at.isoformat(),
        "steps": _steps(uow, row.id),
        "certificate": _certificate(uow, row.id),
    }


def _steps(uow: UnitOfWork, application: str) -> list[dict[str, str]]:
    rows = uow.connection.execute(
        select(_S.c.state, _S.c.at).where(_S.c.application == application).order_by(_S.c.position)
    )
    return [{"state": row.state, "at": row.at.isoformat()} for row in rows]


def _certificate(uow: UnitOfWork, application: str) -> dict[str, Any] | None:
    """Not the file itself: its own link gives that to its person."""
    columns = (_C.c.sha256, _C.c.stored_at, _C.c.expires_at, _C.c.forgotten_at)
    row = uow.connection.execute(
        select(*columns).where(_C.c.application == application)
    ).one_or_none()
    if row is None:
        return None
    return {
        "sha256": row.sha256,
        "stored_at": row.stored_at.isoformat(),
        "kept_until": row.expires_at.isoformat(),
        "deleted_at": row.forgotten_at and row.forgotten_at.isoformat(),
    }


def numbers_of(uow: UnitOfWork, site: str, ids: Collection[str]) -> dict[str, str]:
    """The number of each of `ids` that is an application of `site`."""
    found = select(_A.c.id, _A.c.number).where(_A.c.site == site)
    return {
        row.id: row.number
        for some in batched(sorted(ids))
        for row in uow.connection.execute(found.where(_A.c.id.in_(some)))
    }


def document_of(uow: UnitOfWork, site: str, application: str) -> Document | None:
    """Whose application it is; None for an unknown one. The look is told."""
    row = uow.connection.execute(
        select(_A).where(_A.c.site == site, _A.c.id == application)
    ).one_or_none()
    if row is None:
        return None
    uow.looked_at("application", row.id)
    who = applicant_of(uow, row)
    erased = row.erased_at is not None
    return Document(row.number, who.document_type, who.document_number, erased)

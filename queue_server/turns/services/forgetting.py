"""Deletes the documents of visits that are long over; the visits and their tickets stay."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.services.issue import document_index

AT_ONCE = 500
_V = tables.visits


def has_documents(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether a visit of `site` from before `before` still has its document."""
    return uow.connection.execute(_with_document(site, before).limit(1)).first() is not None


def forget_documents(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Delete the documents of at most `AT_ONCE` such visits; how many."""
    ids = uow.connection.execute(_with_document(site, before).limit(AT_ONCE)).scalars().all()
    if not ids:
        return 0
    gone = update(_V).where(_V.c.id.in_(ids)).values(document=None, document_index=None)
    return uow.connection.execute(gone).rowcount


def _with_document(site: str, before: datetime) -> Select[Any]:
    return (
        select(_V.c.id)
        .where(_V.c.site == site, _V.c.document_index.is_not(None), _V.c.created_at < before)
        .order_by(_V.c.day)
    )


def forget_person(uow: UnitOfWork, site: str, document_type: str, number: str) -> list[str]:
    """Delete this document from every visit of `site`; the visits' ids."""
    mine = (_V.c.site == site) & (_V.c.document_index == document_index(uow, document_type, number))
    gone = update(_V).where(mine).values(document=None, document_index=None).returning(_V.c.id)
    return list(uow.connection.execute(gone).scalars())

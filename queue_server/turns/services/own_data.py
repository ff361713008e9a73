"""What is held of one person's visits, for that person (Ley 29733, article 19)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from queue_server.core.ageing import batched
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.services.issue import document_index

_V, _T = tables.visits, tables.tickets


def of_person(uow: UnitOfWork, site: str, document_type: str, number: str) -> list[dict[str, Any]]:
    """Every visit of this document at `site`, oldest first, with its turns."""
    mine = _V.c.document_index == document_index(uow, document_type, number)
    rows = uow.connection.execute(
        select(_V.c.id, _V.c.created_at).where(_V.c.site == site, mine).order_by(_V.c.created_at)
    ).all()
    return [
        {
            "id": row.id,
            "at": row.created_at.isoformat(),
            "document_type": document_type,
            "document_number": number,
            "turns": _turns(uow, row.id),
        }
        for row in rows
    ]


def _turns(uow: UnitOfWork, visit: str) -> list[dict[str, Any]]:
    rows = uow.connection.execute(
        select(_T).where(_T.c.visit == visit).order_by(_T.c.arrived_at, _T.c.id)
    )
    return [
        {
            "number": f"{row.series}-{row.number:03d}",
            "service": row.service,
            "attention_class": row.attention_class,
            "attention_reason": row.attention_reason,
            "arrived_at": row.arrived_at.isoformat(),
            "state": row.state,
        }
        for row in rows
    ]


def turns_of(uow: UnitOfWork, site: str, ids: Collection[str]) -> dict[str, tuple[str, str, date]]:
    """For each of `ids` that is a visit or a turn of `site`: the visit, the turn as it is printed,
    its day."""
    columns = (_T.c.id, _T.c.visit, _T.c.series, _T.c.number, _T.c.day)
    found: dict[str, tuple[str, str, date]] = {}
    for some in batched(sorted(ids)):
        mine = or_(_T.c.id.in_(some), _T.c.visit.in_(some))
        for row in uow.connection.execute(select(*columns).where(_T.c.site == site, mine)):
            told = (row.visit, f"{row.series}-{row.number:03d}", row.day)
            found[row.id] = told
            found.setdefault(row.visit, told)
    return found

"""How long the hub keeps what sites told, and the heads of their audit chains as anchors."""

from datetime import timedelta

from sqlalchemy import delete, select

from queue_server.core.audit_anchors import line_of
from queue_server.core.audit_walk import Anchor
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub import tables
from queue_server.hub.services import orders

EVENTS_KEPT = timedelta(days=35)
ANCHORS_KEPT = timedelta(days=400)
AT_ONCE = 5000
_E, _A = tables.hub_events, tables.hub_anchors


def forget(uow: UnitOfWork) -> bool:
    """Delete what is past its time, `AT_ONCE` events a turn; True when there may be more."""
    old = (
        select(_E.c.site, _E.c.id)
        .where(_E.c.at < uow.now - EVENTS_KEPT)
        .order_by(_E.c.at)
        .limit(AT_ONCE)
    )
    rows = uow.connection.execute(old).all()
    for site in sorted({row.site for row in rows}):
        ids = [row.id for row in rows if row.site == site]
        uow.connection.execute(delete(_E).where(_E.c.site == site, _E.c.id.in_(ids)))
    uow.connection.execute(delete(_A).where(_A.c.at < uow.now - ANCHORS_KEPT))
    orders.forget(uow, uow.now - orders.KEPT)
    return len(rows) == AT_ONCE


def anchor_lines(uow: UnitOfWork, site: str) -> list[str]:
    """The heads of the chain of `site` that stand here, oldest first, as `audit verify --anchors`
    reads them."""
    rows = uow.connection.execute(select(_A).where(_A.c.site == site).order_by(_A.c.id))
    return [line_of(Anchor(row.site, row.id, bytes(row.mac)), row.at) for row in rows]

"""Orders to kiosks of other sites: placed here, handed to the site when it connects, reported on.

The site orders the action from its kiosk in its own name; nothing here reaches a kiosk directly.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, func, insert, select, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions.model import Kind
from queue_server.hub import tables
from queue_server.hub.model.orders import LASTS, LONGEST, OrderState, may_become
from queue_server.hub.wire import MOST_ORDERS, OrderBody, OrderWordBody
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

MOST_WAITING = 100
KEPT = timedelta(days=400)
_O = tables.hub_orders
_WAITING = Prepared(
    select(_O.c.id, _O.c.kiosk, _O.c.kind, _O.c.arguments, _O.c.ordered_by, _O.c.valid_until)
    .where(
        _O.c.site == bindparam("of_site"),
        tables.ORDER_IS_OPEN,
        _O.c.state == "waiting",
        _O.c.valid_until > bindparam("now", type_=_O.c.valid_until.type),
    )
    .order_by(_O.c.ordered_at, _O.c.id)
    .limit(MOST_ORDERS)
)


def place(
    uow: UnitOfWork,
    actor: Actor,
    site: str,
    kiosk: str,
    kind: Kind,
    given: Mapping[str, Any],
    lasts: timedelta = LASTS,
) -> str:
    """Leave an order for a kiosk of `site`; its id. `given`: as `actions.model.arguments` made it.

    Raises Problem 404 for a site that is not enrolled, 409 when `MOST_WAITING` wait there, 422 when
    it should wait longer than a week.
    """
    if not timedelta() < lasts <= LONGEST:
        raise Problem(422, "bad_duration", "Una orden espera al módulo siete días como máximo.")
    if site not in credentials.known_devices(uow, actor.site, Role.SITE):
        raise Problem(404, "unknown_site", "Este módulo no está inscrito; no recibe órdenes.")
    mine = (_O.c.site == site) & (_O.c.state == OrderState.WAITING) & (_O.c.valid_until > uow.now)
    waiting = uow.connection.execute(select(func.count()).where(mine)).scalar_one()
    if waiting >= MOST_WAITING:
        words = "Demasiadas órdenes esperan a este módulo; anule algunas."
        raise Problem(409, "orders_waiting", words)
    row = {
        "id": str(uuid4()),
        "site": site,
        "kiosk": kiosk,
        "kind": kind,
        "arguments": dict(given),
        "state": OrderState.WAITING,
        "detail": "",
        "ordered_by": actor.name,
        "ordered_at": uow.now,
        "valid_until": uow.now + lasts,
        "changed_at": uow.now,
    }
    uow.connection.execute(insert(_O), row)
    uow.record(actor, "hub_order.placed", order=row["id"], site=site, kiosk=kiosk, what=kind)
    return row["id"]


def cancel(uow: UnitOfWork, actor: Actor, site: str, order: str) -> None:
    """Call an order off that the site has not taken. Raises Problem 409 when it is too late."""
    uow.lock_site(actor.site)
    waiting = (_O.c.id == order) & (_O.c.site == site) & (_O.c.state == OrderState.WAITING)
    gone = uow.connection.execute(
        update(_O).where(waiting).values(state=OrderState.CANCELLED, changed_at=uow.now)
    )
    if gone.rowcount == 0:
        words = "Esta orden ya no espera; mire en la lista cómo le fue."
        raise Problem(409, "not_waiting", words)
    uow.record(actor, "hub_order.cancelled", order=order, site=site)


def handed_out(uow: UnitOfWork, site: str) -> list[OrderBody]:
    """What the site shall do, the oldest first; until it says that it took it, again each time."""
    rows = _WAITING.all(uow.connection, {"of_site": site, "now": uow.now})
    return [
        OrderBody(
            id=row.id,
            kiosk=row.kiosk,
            kind=Kind(row.kind),
            arguments=row.arguments,
            ordered_by=row.ordered_by,
            valid_until=row.valid_until,
        )
        for row in rows
    ]


def take_words(uow: UnitOfWork, site: Actor, words: Iterable[OrderWordBody]) -> None:
    """The site's words on orders of its own; what does not follow from before is passed over."""
    uow.lock_site(site.site)  # first, as whoever cancels does: neither waits for the other
    ended: dict[str, str] = {}
    for word in words:
        of_it = (_O.c.id == word.id) & (_O.c.site == site.name)
        before = uow.connection.execute(select(_O.c.state).where(of_it).with_for_update()).scalar()
        after = OrderState(word.state)
        if before is None or not may_become(OrderState(before), after):
            continue
        values = {"state": after, "detail": word.detail, "changed_at": uow.now}
        uow.connection.execute(update(_O).where(of_it).values(**values))
        ended[word.id] = after
    if ended:
        uow.record(site, "hub_order.told", orders=ended)


def expire(uow: UnitOfWork, hub: str) -> int:
    """Give up what no site came for in time, `MOST_WAITING` a turn; how many."""
    late = (_O.c.state == OrderState.WAITING) & (_O.c.valid_until <= uow.now)
    found = select(_O.c.id).where(late).order_by(_O.c.valid_until, _O.c.id).limit(MOST_WAITING)
    ids = list(uow.connection.execute(found).scalars())
    if not ids:
        return 0
    uow.lock_site(hub)
    gone = update(_O).where(_O.c.id.in_(ids), _O.c.state == OrderState.WAITING)
    gone = gone.values(state=OrderState.EXPIRED, changed_at=uow.now).returning(_O.c.id)
    expired = sorted(uow.connection.execute(gone).scalars())
    if expired:
        uow.record(Actor(hub, "jobs", "orders"), "hub_order.expired", orders=expired)
    return len(expired)


def forget(uow: UnitOfWork, before: datetime) -> int:
    """Delete what was ordered before; how many."""
    return uow.connection.execute(delete(_O).where(_O.c.ordered_at < before)).rowcount

"""Orders of the hub: each is ordered from its kiosk once, in this site's name, and reported on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service as actions
from queue_server.fleet.actions.model import Kind, NotAllowed, Reason, State, arguments
from queue_server.fleet.actions.service import Sign
from queue_server.fleet.actions.settings import WrongSetting
from queue_server.hub.wire import MOST_ORDERS, OrderBody, OrderState, OrderWordBody
from queue_server.hub_link import tables
from queue_server.hub_link.model.orders import FINAL, KEPT, Took, told_state
from queue_server.staff.model import Role

_T = tables.hub_orders_taken
_LONGEST_NAME = 40
_NO_TLS = "El módulo no usa TLS; sus quioscos no aceptan órdenes."


def take(uow: UnitOfWork, site: str, order: OrderBody, now: datetime, sign: Sign | None) -> Took:
    """Order what the hub wants of a kiosk.

    In the transaction of the action stands the row that keeps it from being ordered again. `now`:
    the hub's time. `sign`: None where the site has no key for it. What cannot be is refused; while
    the kiosk attends another action nothing is written, and the hub hands it out again.
    """
    uow.lock_site(site)
    if uow.connection.execute(select(_T.c.id).where(_T.c.id == order.id)).first() is not None:
        return Took.BEFORE
    actor = Actor(site, Role.IT, f"centro:{order.ordered_by}"[:_LONGEST_NAME])
    if order.valid_until <= now:
        _settle(uow, actor, order, "expired", "La orden llegó tarde al módulo.")
        return Took.NOW
    if sign is None:
        _settle(uow, actor, order, "refused", _NO_TLS)
        return Took.NOW
    try:
        given = _arguments(order.kind, order.arguments)
        action = actions.order(uow, actor, order.kiosk, order.kind, given, sign)
    except (NotAllowed, WrongSetting) as fault:
        _settle(uow, actor, order, "refused", str(fault))
    except Problem as problem:
        if problem.status == 409:
            return Took.LATER
        if problem.status >= 500:
            raise
        _settle(uow, actor, order, "refused", problem.detail)
    else:
        _keep(uow, site, order.id, "relayed", "", action.id)
    return Took.NOW


def words(uow: UnitOfWork, site: str, again: Collection[str] = ()) -> list[OrderWordBody]:
    """How the orders stand of which the hub does not know it yet, and those it asks about `again`;
    at most `MOST_ORDERS`, the oldest first."""
    news = or_(_T.c.told.not_in(FINAL), _T.c.id.in_(list(again)))
    rows = uow.connection.execute(
        select(_T).where(_T.c.site == site, news).order_by(_T.c.at, _T.c.id)
    ).all()
    standing = actions.found(uow, site, [row.action for row in rows if row.action is not None])
    told = [(row.told, _word(row, standing)) for row in rows]
    return [word for before, word in told if word.state != before or word.id in again][:MOST_ORDERS]


def were_told(uow: UnitOfWork, site: str, told: Sequence[OrderWordBody]) -> None:
    """The hub has taken these words."""
    for word in told:
        uow.connection.execute(
            update(_T)
            .where(_T.c.site == site, _T.c.id == word.id)
            .values(state=word.state, told=word.state, detail=word.detail)
        )


def forget(uow: UnitOfWork, site: str) -> int:
    """Delete orders long after the hub could hand them out again; how many."""
    old = delete(_T).where(_T.c.site == site, _T.c.at <= uow.now - KEPT)
    return uow.connection.execute(old).rowcount


def _word(row: Any, standing: Mapping[str, actions.Action]) -> OrderWordBody:
    action = None if row.action is None else standing.get(row.action)
    if action is None:
        return OrderWordBody(id=row.id, state=row.state, detail=row.detail, at=row.at)
    state, detail = told_state(State(action.state), action.detail)
    return OrderWordBody(id=row.id, state=state, detail=detail[:400], at=action.changed_at)


def _arguments(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the hub sent is checked as if somebody had ordered it here. Raises NotAllowed."""
    if set(given) - {"device", "reason", "changes"}:
        raise NotAllowed("La orden trae datos que este módulo no conoce.")
    device, reason, changes = given.get("device"), given.get("reason"), given.get("changes")
    if not isinstance(device, str | None) or not isinstance(changes, dict | None):
        raise NotAllowed("La orden trae datos que este módulo no entiende.")
    try:
        why = None if reason is None else Reason(reason)
    except ValueError:
        raise NotAllowed("La orden trae un motivo que este módulo no conoce.") from None
    return arguments(kind, device, why, changes)


def _settle(
    uow: UnitOfWork, actor: Actor, order: OrderBody, state: OrderState, detail: str
) -> None:
    _keep(uow, actor.site, order.id, state, detail, None)
    uow.record(actor, f"hub_order.{state}", order=order.id, kiosk=order.kiosk, what=order.kind)


def _keep(
    uow: UnitOfWork, site: str, order: str, state: OrderState, detail: str, action: str | None
) -> None:
    row = {
        "id": order,
        "site": site,
        "action": action,
        "state": state,
        "detail": detail[:400],
        "at": uow.now,
        "told": "",
    }
    uow.connection.execute(insert(_T), row)

"""Who sits at a counter: open, pause, close, and which services it serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, text, update

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.model import Role
from queue_server.turns import tables
from queue_server.turns.model.site import CounterState
from queue_server.turns.model.ticket import ticket_number
from queue_server.turns.services.issue import known_counter, offered
from queue_server.turns.services.rules import site_rules

_C, _T = tables.counters, tables.tickets
_DESKS = (
    select(
        _C.c.code,
        _C.c.state,
        _C.c.operator,
        _C.c.since,
        _C.c.pause_reason,
        _T.c.id.label("ticket"),
        _T.c.series,
        _T.c.number,
        _T.c.service,
        _T.c.called_at,
    )
    .outerjoin(
        _T,
        and_(
            _T.c.site == _C.c.site,
            _T.c.counter == _C.c.code,
            text(f"tickets.{tables.IS_AT_COUNTER}"),
        ),
    )
    .where(_C.c.site == bindparam("site"))
)
_DESK = Prepared(_DESKS.where(_C.c.code == bindparam("counter")))
_SIT = (
    update(_C)
    .where(_C.c.site == bindparam("of_site"), _C.c.code == bindparam("of_counter"))
    .values(
        state=bindparam("new_state"),
        operator=bindparam("new_operator"),
        since=bindparam("new_since", type_=_C.c.since.type),
        pause_reason=bindparam("new_reason"),
    )
)


@dataclass(frozen=True)
class Desk:
    """A counter now: who sits there since when, and the ticket that is open at it: its id, number,
    service and call."""

    counter: str
    state: CounterState
    operator: str | None
    since: datetime | None
    pause_reason: str
    ticket: str | None
    number: str | None
    serving: str | None
    called_at: datetime | None


def desks(uow: UnitOfWork, site: str) -> dict[str, Desk]:
    """Every counter of the site as it is now."""
    rows = uow.connection.execute(_DESKS, {"site": site})
    return {row.code: _desk(row) for row in rows}


def desk(uow: UnitOfWork, site: str, counter: str) -> Desk:
    """One counter as it is now. Raises Problem 404."""
    row = _DESK.one_or_none(uow.connection, {"site": site, "counter": counter})
    if row is None:
        raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")
    return _desk(row)


def _desk(row: Any) -> Desk:
    return Desk(
        row.code,
        CounterState(row.state),
        row.operator,
        row.since,
        row.pause_reason,
        row.ticket,
        ticket_number(row.series, row.number) if row.ticket else None,
        row.service,
        row.called_at,
    )


def sit_down(uow: UnitOfWork, actor: Actor, here: Desk) -> None:
    """`actor` works at the counter from now on. Raises Problem 409 while somebody else does."""
    if here.state is CounterState.OPEN and here.operator == actor.name:
        return
    if here.operator not in (None, actor.name):
        words = f"Esta ventanilla la atiende {here.operator}; tómela primero o elija otra."
        raise Problem(409, "counter_taken", words, operator=here.operator)
    seat(uow, actor, here.counter)


def seat(uow: UnitOfWork, actor: Actor, counter: str) -> None:
    """`actor` works at the counter from now on, whoever did before."""
    _seat(uow, actor.site, counter, CounterState.OPEN, actor.name)


def open_counter(uow: UnitOfWork, actor: Actor, counter: str, *, take_over: bool = False) -> Desk:
    """Sign in to a counter. With `take_over` whoever sits there is signed out of it; the ticket
    that is open at the counter stays open there. Raises Problem 404, 409."""
    known_counter(site_rules(uow, actor.site), counter)
    here = desk(uow, actor.site, counter)
    if take_over:
        seat(uow, actor, counter)
    else:
        sit_down(uow, actor, here)
    uow.record(actor, "counter.opened", counter=counter, operator=actor.name)
    return desk(uow, actor.site, counter)


def pause_counter(uow: UnitOfWork, actor: Actor, counter: str, reason: str) -> Desk:
    """Stop calling for a while. Raises Problem 404, 409 while a ticket is open."""
    _leave(uow, actor, counter, CounterState.PAUSED, reason)
    uow.record(actor, "counter.paused", counter=counter)
    return desk(uow, actor.site, counter)


def close_counter(uow: UnitOfWork, actor: Actor, counter: str) -> Desk:
    """Sign out of a counter. Raises Problem 404, 409 while a ticket is open."""
    _leave(uow, actor, counter, CounterState.CLOSED, "")
    uow.record(actor, "counter.closed", counter=counter)
    return desk(uow, actor.site, counter)


def set_services(uow: UnitOfWork, actor: Actor, counter: str, weights: Mapping[str, int]) -> None:
    """What the counter serves from now on: service code -> weight 1..9. Raises Problem 404."""
    rules = site_rules(uow, actor.site)
    known_counter(rules, counter)
    for service in weights:
        offered(rules, service)
    serve(uow, actor.site, counter, weights)
    renew(uow, actor.site)
    uow.record(actor, "counter.services_changed", counter=counter, services=dict(weights))


def serve(uow: UnitOfWork, site: str, counter: str, weights: Mapping[str, int]) -> None:
    """Replace the rows of what `counter` serves."""
    serves = tables.counter_services
    uow.connection.execute(delete(serves).where(serves.c.site == site, serves.c.counter == counter))
    if weights:
        rows = [
            {"site": site, "counter": counter, "service": service, "weight": weight}
            for service, weight in weights.items()
        ]
        uow.connection.execute(insert(serves), rows)


def renew(uow: UnitOfWork, site: str) -> None:
    """Every process reads the configuration of `site` anew.

    What this unit reads of it from now on is its own: it may still fail, and its version would
    then belong to whoever changes something next.
    """
    sites = tables.sites
    uow.connection.execute(
        update(sites).where(sites.c.code == site).values(version=sites.c.version + 1)
    )
    uow.seen.pop(site, None)
    uow.seen[f"renewed:{site}"] = True


def _leave(uow: UnitOfWork, actor: Actor, counter: str, state: CounterState, reason: str) -> None:
    here = desk(uow, actor.site, counter)
    if here.ticket is not None:
        words = f"El turno {here.number} sigue abierto aquí; termínelo o derívelo primero."
        raise Problem(409, "counter_busy", words, ticket=here.ticket)
    if here.operator not in (None, actor.name) and actor.role == Role.COUNTER:
        words = f"Esta ventanilla la atiende {here.operator}; tómela primero o elija otra."
        raise Problem(409, "counter_taken", words, operator=here.operator)
    operator = None if state is CounterState.CLOSED else here.operator or actor.name
    _seat(uow, actor.site, counter, state, operator, reason)


def _seat(
    uow: UnitOfWork,
    site: str,
    counter: str,
    state: CounterState,
    operator: str | None,
    reason: str = "",
) -> None:
    uow.connection.execute(
        _SIT,
        {
            "of_site": site,
            "of_counter": counter,
            "new_state": state,
            "new_operator": operator,
            "new_since": uow.now,
            "new_reason": reason,
        },
    )

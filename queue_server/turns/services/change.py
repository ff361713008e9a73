"""The one place where a ticket changes: its row, its chain of periods, the counts of the lines."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, exists, insert, select, text, update

from queue_server.core.prepared import Prepared, ask_all
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import (
    IN_LINE,
    NOT_YET,
    AttentionClass,
    Ticket,
    TicketState,
    is_legal,
)

_T, _P, _L = tables.tickets, tables.periods, tables.line_counts
_MUTABLE = (
    "service",
    "queue_day",
    "attention_class",
    "attention_reason",
    "then",
    "state",
    "due_at",
    "aimed_at",
    "counter",
    "called_at",
    "no_shows",
)
_LINE = ("site", "queue_day", "service", "attention_class")
# Conditional on the state it was seen in: of two that want the same ticket one gets no row.
_CHANGE = Prepared(
    update(_T)
    .where(_T.c.id == bindparam("ticket_id"), _T.c.state == bindparam("seen_state"))
    .values({_T.c[name]: bindparam(f"new_{name}", type_=_T.c[name].type) for name in _MUTABLE})
    .returning(_T.c.id)
)
_NOW = bindparam("now", type_=_P.c.started_at.type)
# A clock set back never makes a period end before it began.
_END_PERIOD = Prepared(
    update(_P)
    .where(
        _P.c.ticket == bindparam("ticket_id"),
        _P.c.ended_at.is_(None),
        exists().where(_T.c.id == bindparam("ticket_id"), _T.c.state == bindparam("seen_state")),
    )
    .values(ended_at=case((_P.c.started_at > _NOW, _P.c.started_at), else_=_NOW))
    .returning(_P.c.position, _P.c.ended_at)
)
_BEGIN_PERIOD = Prepared(insert(_P))
_ISSUE = Prepared(insert(_T))
_LEAVE = Prepared(
    update(_L)
    .where(*(_L.c[name] == bindparam(f"of_{name}") for name in _LINE))
    .values(people=_L.c.people - 1)
)
_JOIN = Prepared(
    text(
        "INSERT INTO line_counts (site, queue_day, service, attention_class, people)"
        " VALUES (:of_site, :of_queue_day, :of_service, :of_attention_class, 1)"
        " ON CONFLICT (site, queue_day, service, attention_class)"
        " DO UPDATE SET people = line_counts.people + 1"
    ).bindparams(*(bindparam(f"of_{name}", type_=_L.c[name].type) for name in _LINE))
)
_FIND = Prepared(
    select(_T).where(_T.c.site == bindparam("site"), _T.c.id == bindparam("ticket_id"))
)


def of_row(row: Row[Any]) -> Ticket:
    """The ticket of a row of `tickets`."""
    return Ticket(
        id=row.id,
        site=row.site,
        visit=row.visit,
        service=row.service,
        day=row.day,
        queue_day=row.queue_day,
        series=row.series,
        number=row.number,
        attention_class=AttentionClass(row.attention_class),
        state=TicketState(row.state),
        arrived_at=row.arrived_at,
        due_at=row.due_at,
        attention_reason=row.attention_reason,
        people=row.people,
        then=tuple(row.then),
        aimed_at=row.aimed_at,
        counter=row.counter,
        called_at=row.called_at,
        no_shows=row.no_shows,
    )


def find(uow: UnitOfWork, site: str, ticket_id: str) -> Ticket | None:
    """A ticket of the site by its id."""
    row = _FIND.one_or_none(uow.connection, {"site": site, "ticket_id": ticket_id})
    return of_row(row) if row else None


def known(uow: UnitOfWork, site: str, ticket_id: str) -> Ticket:
    """A ticket of the site by its id. Raises Problem 404."""
    ticket = find(uow, site, ticket_id)
    if ticket is None:
        words = "Este turno no existe en este módulo; busque por número o documento."
        raise Problem(404, "unknown_ticket", words)
    return ticket


def add(uow: UnitOfWork, actor: Actor, ticket: Ticket, reason: str = "") -> Ticket:
    """Write a new ticket with its first period."""
    row = {each.name: getattr(ticket, each.name) for each in fields(ticket)}
    _ISSUE.tell(uow.connection, {**row, "then": list(ticket.then)})
    _begin(uow, actor, NOT_YET, ticket, 1, ticket.arrived_at, reason)
    _count(uow, None, ticket)
    return ticket


def move(
    uow: UnitOfWork, actor: Actor, ticket: Ticket, to: TicketState, reason: str = "", **new: Any
) -> Ticket:
    """`ticket` in state `to`, with the `new` values. Raises Problem 409 when that is not legal,
    or when somebody else changed it meanwhile."""
    if not is_legal(ticket.state, to):
        raise not_possible(ticket)
    moved = try_move(uow, actor, ticket, to, reason, **new)
    if moved is None:
        words = f"El turno {ticket.label} cambió en este momento; mire su estado y repita."
        raise Problem(409, "changed_meanwhile", words, ticket=ticket.id)
    return moved


def try_move(
    uow: UnitOfWork, actor: Actor, ticket: Ticket, to: TicketState, reason: str = "", **new: Any
) -> Ticket | None:
    """As `move`, but None when the ticket no longer stands as it was seen."""
    after = replace(ticket, state=to, **new)
    values = {f"new_{name}": getattr(after, name) for name in _MUTABLE}
    values["new_then"] = list(after.then)
    seen = {"ticket_id": ticket.id, "seen_state": ticket.state}
    periods, changed = ask_all(
        uow.connection, [(_END_PERIOD, {**seen, "now": uow.now}), (_CHANGE, {**seen, **values})]
    )
    if len(periods) != len(changed):
        raise RuntimeError(f"ticket {ticket.id} was changed by a unit that had not locked its site")
    if not changed:
        return None
    ended = periods[0]
    _begin(uow, actor, ticket.state, after, ended.position + 1, ended.ended_at, reason)
    _count(uow, ticket, after)
    return after


def rewrite(uow: UnitOfWork, ticket: Ticket, **new: Any) -> Ticket:
    """`ticket` with `new` values in the same state and the same period (its class, its line)."""
    after = replace(ticket, **new)
    values = {f"new_{name}": getattr(after, name) for name in _MUTABLE}
    values["new_then"] = list(after.then)
    seen = {"ticket_id": ticket.id, "seen_state": ticket.state}
    _CHANGE.tell(uow.connection, {**seen, **values})
    _count(uow, ticket, after)
    return after


def not_possible(ticket: Ticket) -> Problem:
    """The refusal of an operation that does not fit the ticket's state."""
    return Problem(
        409,
        _KINDS[ticket.state],
        f"El turno {ticket.label} {_WORDS[ticket.state]}.",
        ticket=ticket.id,
        state=ticket.state,
    )


_KINDS = {
    TicketState.WAITING: "not_called",
    TicketState.TRANSFERRED: "not_called",
    TicketState.ON_HOLD: "on_hold",
    TicketState.CALLED: "already_called",
    TicketState.SERVING: "already_serving",
    TicketState.FINISHED: "already_finished",
    TicketState.NO_SHOW: "no_show",
    TicketState.CANCELLED: "cancelled",
    TicketState.EXPIRED: "expired",
}
_WORDS = {
    TicketState.WAITING: "aún no fue llamado; llámelo primero",
    TicketState.TRANSFERRED: "fue derivado y aún no fue llamado; llámelo primero",
    TicketState.ON_HOLD: "está en espera aparte; reanúdelo primero",
    TicketState.CALLED: "ya fue llamado",
    TicketState.SERVING: "ya está en atención",
    TicketState.FINISHED: "ya terminó; si fue un error, use «Deshacer»",
    TicketState.NO_SHOW: "quedó como ausente; si la persona volvió, reincorpórelo",
    TicketState.CANCELLED: "fue cancelado; emita uno nuevo",
    TicketState.EXPIRED: "venció al cerrar el día; emita uno nuevo",
}


def _begin(
    uow: UnitOfWork,
    actor: Actor,
    before: str,
    ticket: Ticket,
    position: int,
    at: datetime,
    reason: str,
) -> None:
    _BEGIN_PERIOD.tell(
        uow.connection,
        {
            "ticket": ticket.id,
            "position": position,
            "from_state": before,
            "state": ticket.state,
            "service": ticket.service,
            "counter": ticket.counter,
            "actor": actor.label,
            "reason": reason[:80],
            "started_at": at,
        },
    )


def _line(ticket: Ticket | None) -> dict[str, Any] | None:
    if ticket is None or ticket.state not in IN_LINE:
        return None
    return {f"of_{name}": getattr(ticket, name) for name in _LINE}


def _count(uow: UnitOfWork, before: Ticket | None, after: Ticket | None) -> None:
    left, joined = _line(before), _line(after)
    if left == joined:
        return
    if left is not None:
        _LEAVE.tell(uow.connection, left)
    if joined is not None:
        _JOIN.tell(uow.connection, joined)

"""Readings of the queue that several use cases and pages share."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import (
    AttentionClass,
    Head,
    ServiceRow,
    TicketState,
    TicketView,
    ticket_number,
)

_TICKET = select(tables.tickets, tables.services.c.name.label("service_name")).join(
    tables.services,
    and_(
        tables.services.c.site == tables.tickets.c.site,
        tables.services.c.code == tables.tickets.c.service,
    ),
)


def site_name(uow: UnitOfWork, site: str) -> str:
    """The name of the site as people know it. Raises Problem 503 before `load-site`."""
    return _site(uow, site).name


def site_zone(uow: UnitOfWork, site: str) -> str:
    """The IANA time zone of the site. Raises Problem 503 before `load-site`."""
    return _site(uow, site).zone


def _site(uow: UnitOfWork, site: str) -> Row[Any]:
    row = uow.connection.execute(
        select(tables.sites).where(tables.sites.c.code == site)
    ).one_or_none()
    if row is None:
        words = f"El módulo {site} aún no está configurado; ejecute `load-site` en el servidor."
        raise Problem(503, "site_not_loaded", words)
    return row


def services(uow: UnitOfWork, site: str) -> list[ServiceRow]:
    """What kiosks of the site offer, in the configured order."""
    rows = uow.connection.execute(
        select(tables.services)
        .where(tables.services.c.site == site, tables.services.c.kiosk_visible)
        .order_by(tables.services.c.position, tables.services.c.code)
    )
    return [ServiceRow(row.code, row.name, row.series, row.kind) for row in rows]


def service_row(uow: UnitOfWork, site: str, code: str) -> ServiceRow | None:
    """One service of the site, None when there is none of this code."""
    row = uow.connection.execute(
        select(tables.services).where(
            tables.services.c.site == site, tables.services.c.code == code
        )
    ).one_or_none()
    return ServiceRow(row.code, row.name, row.series, row.kind) if row else None


def counters(uow: UnitOfWork, site: str) -> list[tuple[str, str]]:
    """(code, name) of each counter of the site."""
    rows = uow.connection.execute(
        select(tables.counters.c.code, tables.counters.c.name)
        .where(tables.counters.c.site == site)
        .order_by(tables.counters.c.code)
    )
    return [(row.code, row.name) for row in rows]


def counter_exists(uow: UnitOfWork, site: str, counter: str) -> bool:
    """True when the site has this counter."""
    return any(code == counter for code, _ in counters(uow, site))


def counter_name(uow: UnitOfWork, site: str, counter: str) -> str:
    """The counter's name as the display shows it."""
    return dict(counters(uow, site)).get(counter, counter)


def heads(uow: UnitOfWork, site: str, day: date, counter: str) -> Sequence[Head]:
    """The head of each (service, class) line that `counter` serves, by the partial index."""
    tickets, serves = tables.tickets, tables.counter_services
    codes = uow.connection.execute(
        select(serves.c.service).where(serves.c.site == site, serves.c.counter == counter)
    ).scalars()
    found = []
    for code in codes.all():
        for attention_class in AttentionClass:
            head = uow.connection.execute(
                select(tickets)
                .where(
                    tickets.c.site == site,
                    tickets.c.day == day,
                    tickets.c.service == code,
                    tickets.c.attention_class == attention_class,
                    tickets.c.state == TicketState.WAITING,
                    tickets.c.due_at <= uow.now,
                )
                .order_by(tickets.c.due_at, tickets.c.id)
                .limit(1)
            ).one_or_none()
            if head is not None:
                found.append(_head(head))
    return found


def _head(row: Row[Any]) -> Head:
    return Head(
        row.id,
        ticket_number(row.series, row.number),
        AttentionClass(row.attention_class),
        row.due_at,
        row.arrived_at,
    )


def open_at(uow: UnitOfWork, site: str, counter: str) -> TicketView | None:
    """The ticket the counter is serving now, if any."""
    row = uow.connection.execute(
        _TICKET.where(
            tables.tickets.c.site == site,
            tables.tickets.c.counter == counter,
            tables.tickets.c.state == TicketState.CALLED,
        )
    ).one_or_none()
    return _view(row) if row else None


def find_ticket(uow: UnitOfWork, site: str, ticket_id: str) -> TicketView | None:
    """A ticket of the site by its id."""
    row = uow.connection.execute(
        _TICKET.where(tables.tickets.c.site == site, tables.tickets.c.id == ticket_id)
    ).one_or_none()
    return _view(row) if row else None


def ticket(uow: UnitOfWork, site: str, ticket_id: str) -> TicketView:
    """A ticket known to exist. Raises LookupError."""
    view = find_ticket(uow, site, ticket_id)
    if view is None:
        raise LookupError(f"ticket {ticket_id} of site {site}")
    return view


def _view(row: Row[Any], ahead: int | None = None) -> TicketView:
    return TicketView(
        ticket_id=row.id,
        number=ticket_number(row.series, row.number),
        service=row.service,
        service_name=row.service_name,
        attention_class=AttentionClass(row.attention_class),
        state=TicketState(row.state),
        day=row.day,
        arrived_at=row.arrived_at,
        counter=row.counter,
        ahead=ahead,
    )


def ticket_with_ahead(uow: UnitOfWork, site: str, ticket_id: str) -> TicketView:
    """A waiting ticket and how many people will be called before it, by the strict rule."""
    row = uow.connection.execute(
        _TICKET.where(tables.tickets.c.site == site, tables.tickets.c.id == ticket_id)
    ).one()
    tickets = tables.tickets
    earlier = or_(
        tickets.c.due_at < row.due_at,
        and_(tickets.c.due_at == row.due_at, tickets.c.id < row.id),
    )
    before = and_(tickets.c.attention_class == row.attention_class, earlier)
    if row.attention_class == AttentionClass.GENERAL:
        before = or_(tickets.c.attention_class == AttentionClass.PREFERENTIAL, before)
    ahead = uow.connection.execute(
        select(func.count()).where(
            tickets.c.site == site,
            tickets.c.day == row.day,
            tickets.c.service == row.service,
            tickets.c.state == TicketState.WAITING,
            before,
        )
    ).scalar_one()
    return _view(row, ahead)


def waiting(uow: UnitOfWork, site: str) -> dict[str, dict[str, int]]:
    """How many wait today: service code -> attention class -> people."""
    day = local_day(uow.now, site_zone(uow, site))
    tickets = tables.tickets
    rows = uow.connection.execute(
        select(tickets.c.service, tickets.c.attention_class, func.count().label("people"))
        .where(
            tickets.c.site == site,
            tickets.c.day == day,
            tickets.c.state == TicketState.WAITING,
        )
        .group_by(tickets.c.service, tickets.c.attention_class)
    )
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row.service, {})[row.attention_class] = row.people
    return counts


def last_called(uow: UnitOfWork, site: str, limit: int = 6) -> list[TicketView]:
    """The newest calls of today, newest first: what a display shows when it is switched on."""
    day = local_day(uow.now, site_zone(uow, site))
    periods = tables.periods
    newest = (
        select(periods.c.ticket)
        .join(tables.tickets, tables.tickets.c.id == periods.c.ticket)
        .where(
            tables.tickets.c.site == site,
            tables.tickets.c.day == day,
            periods.c.state == TicketState.CALLED,
        )
        .order_by(periods.c.started_at.desc(), tables.tickets.c.id)
        .limit(limit)
    )
    return [ticket(uow, site, row.ticket) for row in uow.connection.execute(newest)]

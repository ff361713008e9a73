"""Issue a ticket: a place at the end of its line, with a number nobody else has."""

import json
from datetime import date
from uuid import uuid4

from sqlalchemy import insert

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import (
    AttentionClass,
    IdentityClaim,
    TicketState,
    TicketView,
    ticket_number,
)
from queue_server.turns.services import queries
from queue_server.turns.services.periods import begin_period


def issue(
    uow: UnitOfWork,
    actor: Actor,
    service_code: str,
    attention_class: AttentionClass,
    identity: IdentityClaim | None,
) -> TicketView:
    """A new ticket at the end of its line. Raises Problem 404 for an unknown service."""
    service = queries.service_row(uow, actor.site, service_code)
    if service is None:
        raise Problem(
            404, "unknown_service", "Este servicio no se ofrece aquí; elija uno de la lista."
        )
    day = local_day(uow.now, queries.site_zone(uow, actor.site))
    number = _take_number(uow, actor.site, day, service.series)
    ticket_id = str(uuid4())
    uow.connection.execute(
        insert(tables.tickets),
        {
            "id": ticket_id,
            "site": actor.site,
            "visit": _open_visit(uow, actor.site, day, identity),
            "service": service.code,
            "day": day,
            "series": service.series,
            "number": number,
            "attention_class": attention_class,
            "state": TicketState.WAITING,
            "arrived_at": uow.now,
            "due_at": uow.now,
        },
    )
    begin_period(uow, actor, ticket_id, "", TicketState.WAITING)
    label = ticket_number(service.series, number)
    uow.record(
        actor,
        "ticket.issued",
        ticket=ticket_id,
        number=label,
        service=service.code,
        attention_class=attention_class,
    )
    return queries.ticket_with_ahead(uow, actor.site, ticket_id)


def _take_number(uow: UnitOfWork, site: str, day: date, series: str) -> int:
    counter = tables.series_counters
    take = uow.upsert(counter).values(site=site, day=day, series=series, last_number=1)
    take = take.on_conflict_do_update(
        index_elements=["site", "day", "series"],
        set_={"last_number": counter.c.last_number + 1},
    ).returning(counter.c.last_number)
    return uow.connection.execute(take).scalar_one()


def _open_visit(uow: UnitOfWork, site: str, day: date, identity: IdentityClaim | None) -> str:
    visit_id = str(uuid4())
    sealed = index = None
    if identity is not None:
        claim = {"type": identity.type, "number": identity.number}
        sealed = uow.vault.seal("visits.document", json.dumps(claim))
        index = uow.vault.index("visits.document", f"{identity.type}:{identity.number}")
    uow.connection.execute(
        insert(tables.visits),
        {
            "id": visit_id,
            "site": site,
            "day": day,
            "document": sealed,
            "document_index": index,
            "created_at": uow.now,
        },
    )
    return visit_id

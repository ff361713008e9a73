"""What stands behind a ticket: the document its holder showed, opened only for who serves them."""

import json

from sqlalchemy import select

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.model import Role
from queue_server.turns import tables
from queue_server.turns.model.ticket import AT_COUNTER, IdentityClaim, Ticket
from queue_server.turns.services.counters import desk


def document_for_operator(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> IdentityClaim | None:
    """The document of the ticket's visit, for the operator of the counter it is open at.

    None for everybody else, before the call, after the end, and when no document was shown.
    """
    if ticket.state not in AT_COUNTER or ticket.counter is None:
        return None
    if desk(uow, actor.site, ticket.counter).operator != actor.name:
        return None
    sealed = uow.connection.execute(
        select(tables.visits.c.document).where(tables.visits.c.id == ticket.visit)
    ).scalar_one()
    if sealed is None:
        return None
    uow.looked_at("visit", ticket.visit)
    claim = json.loads(uow.vault.open("visits.document", sealed))
    return IdentityClaim(claim["type"], claim["number"])


def shown_at_kiosk(uow: UnitOfWork, ticket: Ticket) -> bool:
    """Whether a kiosk gave the ticket out, so that no member of staff typed its document."""
    periods = tables.periods
    first = select(periods.c.actor).where(periods.c.ticket == ticket.id, periods.c.position == 1)
    return uow.connection.execute(first).scalar_one().startswith(f"{Role.KIOSK}:")

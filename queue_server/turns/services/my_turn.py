"""The holder's own view of a ticket, behind a link nobody can guess and nothing has to store."""

import base64
import binascii
from hmac import compare_digest
from uuid import UUID

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.ticket import Ticket
from queue_server.turns.services.change import of_row

_MAC_BYTES = 10
_CONTEXT = "tickets.link"


def link_token(uow: UnitOfWork, ticket_id: str) -> str:
    """The word of the link: the ticket's id and a keyed digest of it, 35 URL-safe letters."""
    identity = UUID(ticket_id).bytes
    mac = uow.vault.index(_CONTEXT, ticket_id)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(identity + mac).decode().rstrip("=")


def ticket_of(uow: UnitOfWork, token: str) -> Ticket:
    """The ticket behind a link. Raises Problem 404."""
    ticket_id = _ticket_id(token)
    if ticket_id is None or not compare_digest(link_token(uow, ticket_id), token):
        raise _unknown()
    row = uow.connection.execute(
        tables.tickets.select().where(tables.tickets.c.id == ticket_id)
    ).one_or_none()
    if row is None:
        raise _unknown()
    return of_row(row)


def _ticket_id(token: str) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return str(UUID(bytes=raw[:-_MAC_BYTES])) if len(raw) == 16 + _MAC_BYTES else None
    except (binascii.Error, ValueError):
        return None


def _unknown() -> Problem:
    words = "Este turno no existe o ya se borró; mire su número impreso o pida ayuda."
    return Problem(404, "unknown_turn", words)

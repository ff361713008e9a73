"""One way for every operation on a ticket: parse, identify, do it once, show the ticket."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from queue_server.core.desk import Desk, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.api.bodies import link_of, printed, ticket_body
from queue_server.turns.model.ticket import IN_LINE, Ticket
from queue_server.turns.services import estimates
from queue_server.turns.services.rules import site_rules

Operation = Callable[[UnitOfWork, Actor], Ticket]


async def act(
    request: Request, desk: Desk, who: Identify, key: str, body: Any, operation: Operation
) -> JSONResponse:
    """Carry `operation` out at most once and answer with the ticket as it then stands."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        ticket = operation(uow, actor)
        return Reply(200, ticket_body(site_rules(uow, actor.site), ticket))

    return await desk.once(request, who, key, body, work)


async def give_out(
    request: Request, desk: Desk, who: Identify, key: str, body: Any, operation: Operation
) -> JSONResponse:
    """As `act` for a new ticket: with place, wait, link and the lines to print; status 201."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        ticket = operation(uow, actor)
        rules = site_rules(uow, actor.site)
        prospect = estimates.newcomer(uow, rules, ticket) if ticket.state in IN_LINE else None
        return Reply(201, printed(rules, ticket, prospect, link_of(request, uow, ticket)))

    return await desk.once(request, who, key, body, work)

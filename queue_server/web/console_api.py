"""What the console shows: who waits, who is next, and whom the counter serves."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from queue_server.core.clock import local_day
from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import StaffOf
from queue_server.turns.api import TicketBody, ticket_body
from queue_server.turns.model.ticket import AttentionClass, next_strict
from queue_server.turns.services import queries

router = APIRouter(prefix="/api/v1", tags=["console"])


class CounterBody(BaseModel):
    """A counter one can sit at."""

    code: str
    name: str


class WaitingBody(BaseModel):
    """How many wait for one service, by attention class."""

    service: str
    name: str
    series: str
    general: int
    preferential: int


class NextBody(BaseModel):
    """Who would be called now, and why ("preferente, 4 min")."""

    number: str
    attention_class: AttentionClass
    reason: str


class ConsoleBody(BaseModel):
    """The console at one instant; it then follows `/api/v1/feed` after `event_id`."""

    site_name: str
    event_id: int
    counters: list[CounterBody]
    counter: CounterBody | None
    waiting: list[WaitingBody]
    next: NextBody | None
    current: TicketBody | None


@router.get("/console", response_model=ConsoleBody)
async def console(
    desk: DeskOf,
    who: StaffOf,
    counter: Annotated[str | None, Query(max_length=20)] = None,
) -> ConsoleBody:
    """The console's state; without `counter` only what does not depend on one."""

    def read(uow: UnitOfWork, actor: Actor) -> ConsoleBody:
        counters = [CounterBody(code=c, name=n) for c, n in queries.counters(uow, actor.site)]
        chosen = next((each for each in counters if each.code == counter), None)
        if counter is not None and chosen is None:
            raise Problem(404, "unknown_counter", "Esta ventanilla no existe; elija otra.")
        return ConsoleBody(
            site_name=queries.site_name(uow, actor.site),
            event_id=uow.last_event_id(actor.site),
            counters=counters,
            counter=chosen,
            waiting=_waiting(uow, actor.site),
            next=_next(uow, actor.site, chosen.code) if chosen else None,
            current=_current(uow, actor, chosen.code) if chosen else None,
        )

    return await desk.look(who, read)


def _waiting(uow: UnitOfWork, site: str) -> list[WaitingBody]:
    """Every service kiosks offer, and any other somebody waits for."""
    people = queries.waiting(uow, site)
    services = queries.services(uow, site)
    offered = {service.code for service in services}
    hidden = [queries.service_row(uow, site, code) for code in sorted(people.keys() - offered)]
    return [
        WaitingBody(
            service=service.code,
            name=service.name,
            series=service.series,
            general=people.get(service.code, {}).get(AttentionClass.GENERAL, 0),
            preferential=people.get(service.code, {}).get(AttentionClass.PREFERENTIAL, 0),
        )
        for service in [*services, *filter(None, hidden)]
    ]


def _next(uow: UnitOfWork, site: str, counter: str) -> NextBody | None:
    day = local_day(uow.now, queries.site_zone(uow, site))
    choice = next_strict(queries.heads(uow, site, day, counter), uow.now)
    return choice and NextBody(
        number=choice.head.number,
        attention_class=choice.head.attention_class,
        reason=choice.reason,
    )


def _current(uow: UnitOfWork, actor: Actor, counter: str) -> TicketBody | None:
    view = queries.open_at(uow, actor.site, counter)
    return TicketBody(**ticket_body(uow, actor, view)) if view else None

"""What supervisors see: every counter, every line, and who has waited too long."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from queue_server.core import outbox
from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments.services import resolve
from queue_server.staff.api import SupervisorOf
from queue_server.turns.api.kiosk import HelpCallBody, help_body
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import AT_COUNTER, CALLABLE, TicketState
from queue_server.turns.services import help, queries
from queue_server.turns.services.rules import site_rules
from queue_server.web.console_api import (
    PlaceBody,
    QueueBody,
    ServiceBody,
    places_body,
    queues_body,
    services_body,
)

router = APIRouter(prefix="/api/v1", tags=["overview"])


class LineBody(QueueBody):
    """A line and what became of today's tickets of the service. `alarm`: a wait passed the limit.

    `open_counters`: how many open counters serve it; 0 while somebody waits means nobody will.
    """

    alarm: bool
    open_counters: int
    finished: int
    no_show: int


class TotalsBody(BaseModel):
    """Today's tickets by where they stand; `aside` are on hold."""

    waiting: int
    aside: int
    at_counter: int
    finished: int
    no_show: int
    cancelled: int


class LeavingBody(BaseModel):
    """What must leave the site: how much waits, since when the oldest, how much needs a person.

    `unresolved`: how much besides, money in doubt or that must go back, needs a person now;
    `claims`: how many wait for whoever has their code. `centre`: whether it answers; null where the
    site has none.
    """

    waiting: int
    parked: int
    unresolved: int
    claims: int
    oldest: str | None
    centre: bool | None


class OverviewBody(BaseModel):
    """The site at one instant; it then follows `/api/v1/feed` after `event_id`.

    `leftover`: what closing the day does to who still waits, `expire` or `carry`.
    """

    site_name: str
    now: str
    event_id: int
    operator: str
    wait_alarm_min: int
    leftover: str
    counters: list[PlaceBody]
    services: list[ServiceBody]
    lines: list[LineBody]
    totals: TotalsBody
    help: list[HelpCallBody]
    leaving: LeavingBody


@router.get("/overview", response_model=OverviewBody)
async def overview(request: Request, desk: DeskOf, who: SupervisorOf) -> JSONResponse:
    """The supervisor's state."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        rules = site_rules(uow, actor.site)
        places = list(places_body(uow, rules).values())
        states = queries.states_today(uow, rules)
        return {
            "site_name": rules.name,
            "now": uow.now.isoformat(),
            "event_id": uow.last_event_id(actor.site),
            "operator": actor.name,
            "wait_alarm_min": rules.wait_alarm_min,
            "leftover": rules.leftover,
            "counters": places,
            "services": services_body(rules),
            "lines": [
                _line(uow, rules, line, places, states.get(line["service"], {}))
                for line in queues_body(uow, rules)
            ],
            "totals": _totals(states),
            "help": [help_body(each) for each in help.open_calls(uow, actor.site)],
            "leaving": _leaving(request, uow, actor.site),
        }

    return JSONResponse(await desk.look(who, read))


def _leaving(request: Request, uow: UnitOfWork, site: str) -> dict[str, Any]:
    backlog, state = outbox.backlog(uow, site), request.app.state
    money = resolve.counted(uow, site)
    return {
        "waiting": backlog.waiting,
        "parked": backlog.parked,
        "unresolved": money.now,
        "claims": money.claims,
        "oldest": backlog.oldest.isoformat() if backlog.oldest else None,
        "centre": state.health.up if state.backend else None,
    }


def _line(
    uow: UnitOfWork,
    rules: SiteRules,
    line: dict[str, Any],
    places: list[dict[str, Any]],
    states: dict[str, int],
) -> dict[str, Any]:
    limit = timedelta(minutes=rules.wait_alarm_min)
    since = datetime.fromisoformat(line["since"]) if line["since"] else None
    return {
        **line,
        "alarm": since is not None and uow.now - since >= limit,
        "open_counters": sum(
            place["state"] == "open" and line["service"] in place["services"] for place in places
        ),
        "finished": states.get(TicketState.FINISHED, 0),
        "no_show": states.get(TicketState.NO_SHOW, 0),
    }


def _totals(states: dict[str, dict[str, int]]) -> dict[str, int]:
    def count(*wanted: TicketState) -> int:
        return sum(by_state.get(each, 0) for by_state in states.values() for each in wanted)

    waiting = (each for each in CALLABLE if each is not TicketState.ON_HOLD)
    return {
        "waiting": count(*waiting),
        "aside": count(TicketState.ON_HOLD),
        "at_counter": count(*AT_COUNTER),
        "finished": count(TicketState.FINISHED),
        "no_show": count(TicketState.NO_SHOW),
        "cancelled": count(TicketState.CANCELLED),
    }

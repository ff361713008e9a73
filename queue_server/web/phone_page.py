"""The page behind the QR of a ticket: first painted by the server, then kept up to date."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.core.desk import DeskOf
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import Public
from queue_server.turns.api.guesses import address_of, guesses_of
from queue_server.turns.model.estimate import words
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.ticket import CALLABLE, ENDED, Ticket
from queue_server.turns.services import estimates, line
from queue_server.turns.services.my_turn import ticket_of
from queue_server.turns.services.rules import site_rules
from queue_server.web.pages import HEADERS, templates
from queue_server.web.phone_words import Place, Saying, saying

router = APIRouter(tags=["my turn"], dependencies=[Public], include_in_schema=False)

# The address holds the link's secret: it goes nowhere, into no list of a search engine, no cache.
_PRIVATE = {**HEADERS, "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True)
class View:
    """What the page shows of one ticket: its own number only, nothing of the person."""

    number: str
    state: str
    service: str
    then: tuple[str, ...]
    preferential: bool
    site: str
    saying: Saying
    ended: bool
    can_cancel: bool
    at: datetime
    event_id: int


@router.get("/t")
async def known_turns(request: Request) -> Response:
    """The turns this phone remembers; only the phone knows which."""
    return _page(request, "my_turn_list.html", {})


@router.get("/t/{token}")
async def my_turn(request: Request, token: str, desk: DeskOf) -> Response:
    """The turn behind the link."""

    def read(uow: UnitOfWork) -> View:
        ticket = ticket_of(uow, token)
        return _view(uow, site_rules(uow, ticket.site), ticket)

    try:
        view = await _watched(request, token, desk.database.look, read)
    except Problem as problem:
        return _trouble(request, problem)
    return _page(request, "my_turn.html", {"view": view, "token": token, "key": str(uuid4())})


@router.post("/t/{token}/cancel")
async def cancel(
    request: Request,
    token: str,
    desk: DeskOf,
    key: Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{8,64}$")],
) -> Response:
    """Cancel without a script: the form brings the key, the answer is the page as it then is."""

    def holder(uow: UnitOfWork) -> Actor:
        return Actor(ticket_of(uow, token).site, "holder", "phone")

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        cancelled = line.cancel(uow, actor, ticket_of(uow, token).id, "holder")
        return Reply(200, {"number": cancelled.label})

    try:
        guesses_of(request).admit(address_of(request), token)
        await desk.once(request, holder, key, None, work)
    except Problem as problem:
        if problem.kind == "unknown_turn":
            guesses_of(request).missed(address_of(request))
        if problem.status != 409:  # called or ended meanwhile: the page says so
            return _trouble(request, problem)
    return RedirectResponse(f"/t/{token}", 303, headers=_PRIVATE)


async def _watched(request: Request, token: str, look: Any, read: Any) -> View:
    """What `read` finds, with unknown links counted. Raises Problem 404, 429."""
    guesses, address = guesses_of(request), address_of(request)
    guesses.admit(address, token)
    try:
        view = await look(read)
    except Problem as problem:
        if problem.kind == "unknown_turn":
            guesses.missed(address)
        raise
    guesses.found(token)
    return view


def _view(uow: UnitOfWork, rules: SiteRules, ticket: Ticket) -> View:
    prospect = estimates.prospect(uow, rules, ticket)
    counter = rules.counters.get(ticket.counter or "")
    zone = ZoneInfo(rules.zone)
    place = Place(
        number=ticket.label,
        state=ticket.state,
        ahead=prospect.ahead if prospect else None,
        wait_words=words(prospect.wait) if prospect and prospect.wait else "",
        counter_name=counter.name if counter else ticket.counter or "",
        due_local=ticket.due_at.astimezone(zone) if ticket.due_at else None,
        now_local=uow.now.astimezone(zone),
        missed_calls=ticket.no_shows,
    )
    return View(
        number=ticket.label,
        state=ticket.state,
        service=_service_name(rules, ticket.service),
        then=tuple(_service_name(rules, code) for code in ticket.then),
        preferential=ticket.attention_class == "preferential",
        site=rules.name,
        saying=saying(place),
        ended=ticket.state in ENDED,
        can_cancel=ticket.state in CALLABLE,
        at=place.now_local,
        event_id=uow.last_event_id(ticket.site),
    )


def _service_name(rules: SiteRules, code: str) -> str:
    service = rules.services.get(code)
    return service.name if service else code


def _trouble(request: Request, problem: Problem) -> Response:
    unknown = problem.status == 404
    context = {"unknown": unknown, "detail": problem.detail}
    return _page(request, "my_turn_unknown.html", context, problem.status)


def _page(request: Request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=_PRIVATE
    )

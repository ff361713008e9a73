"""The tracking page: the number of an application and the end of the document, or the code of a
claim alone; no account.

Only a form that is sent carries them, never an address; but for the number in a QR code.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from queue_server.core.desk import Desk, DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services.identification import application_number
from queue_server.issuance.services.tracking import Tracked, track
from queue_server.payments.model.claim_code import shown_code, typed_code
from queue_server.payments.model.claims import Claim
from queue_server.payments.services import claims
from queue_server.staff.api import Public
from queue_server.turns.api.guesses import counted
from queue_server.turns.services import queries
from queue_server.turns.services.rules import site_rules
from queue_server.web.claim_words import claim_story
from queue_server.web.pages import HEADERS, templates
from queue_server.web.tracking_words import Story, story

router = APIRouter(tags=["tracking"], dependencies=[Public], include_in_schema=False)

_HEADERS = {**HEADERS, "X-Robots-Tag": "noindex, nofollow"}
_LONGEST = 40  # characters of what is typed; the rest is no number
_UNKNOWN = "no_such_application"


@dataclass(frozen=True)
class View:
    """What the page shows: the number of the application or the claim, and where it stands."""

    site: str
    number: str
    story: Story
    what: str = "Solicitud"


@router.get("/seguimiento")
async def tracking_form(request: Request) -> Response:
    """The form."""
    return _form(request)


@router.get("/s")
async def tracking_form_of(request: Request, n: str = "") -> Response:
    """The form with a number filled in: short enough for a QR code."""
    return _form(request, typed=n)


@router.post("/seguimiento")
async def tracked(
    request: Request,
    desk: DeskOf,
    number: Annotated[str, Form()] = "",
    ending: Annotated[str, Form()] = "",
) -> Response:
    """Where the application or the claim stands; one answer for every wrong number and every wrong
    document, and one for every wrong code."""
    number, ending = number[:_LONGEST], ending[:_LONGEST]
    code = typed_code(number)
    # An application of a kiosk C01 may read like a code: then its document is asked for too.
    if code is not None and not (ending and application_number(number)):
        return await _followed(request, desk, number, code)

    def unit(uow: UnitOfWork) -> View | None:
        found = track(uow, request.app.state.site, number, ending)
        return found and _view(uow, found)

    try:
        # Known is who proved it, number and document: not the number alone.
        proven = f"{application_number(number) or ''} {ending.strip().upper()}"
        with counted(request, proven, _UNKNOWN):
            view = await desk.database.call(unit)
            if view is None:
                raise Problem(404, _UNKNOWN, _WRONG)
    except Problem as problem:
        return _form(request, number, problem)
    return _page(request, "tracking_state.html", {"view": view})


async def _followed(request: Request, desk: Desk, typed: str, code: str) -> Response:
    """Where a claim stands; whoever has the code may know."""

    def read(uow: UnitOfWork) -> View | None:
        found = claims.followed(uow, code)
        return found and _view_of_claim(uow, *found, shown_code(code))

    try:
        with counted(request, code, _UNKNOWN):
            view = await desk.database.look(read)
            if view is None:
                raise Problem(404, _UNKNOWN, _NO_CLAIM)
    except Problem as problem:
        return _form(request, typed, problem)
    return _page(request, "tracking_state.html", {"view": view})


_NO_CLAIM = "No encontramos un reclamo con ese código. Revíselo en su papel y escríbalo otra vez."
_WRONG = (
    "No encontramos una solicitud con ese número y ese documento. Revise ambos y escríbalos otra "
    "vez."
)
_TOO_MANY = "Hubo muchos intentos desde su conexión. Espere un momento y consulte otra vez."


def _view(uow: UnitOfWork, found: Tracked) -> View:
    zone = ZoneInfo(queries.site_zone(uow, found.site))
    until = found.kept_until and found.kept_until.astimezone(zone)
    return View(queries.site_name(uow, found.site), found.number, story(found, until))


def _view_of_claim(uow: UnitOfWork, site: str, claim: Claim, code: str) -> View:
    rules = site_rules(uow, site)
    at = claim.given_at and claim.given_at.astimezone(ZoneInfo(rules.zone))
    counter = rules.counters.get(claim.given_at_counter or "")
    place = counter.name if counter else claim.given_at_counter or ""
    return View(rules.name, code, claim_story(claim, at, place), "Reclamo")


def _form(request: Request, typed: str = "", problem: Problem | None = None) -> Response:
    context = {"typed": application_number(typed) or typed[:_LONGEST], "fault": _said(problem)}
    answer = _page(request, "tracking.html", context, problem.status if problem else 200)
    if problem and problem.status in (429, 503):
        answer.headers["Retry-After"] = str(problem.extra.get("retry_after_s", 5))
    return answer


def _said(problem: Problem | None) -> str:
    if problem is None:
        return ""
    return _TOO_MANY if problem.kind == "too_many_guesses" else problem.detail


def _page(request: Request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=_HEADERS
    )

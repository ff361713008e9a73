"""The pages: console, supervisor, monitor. Templates here, everything live in static/."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from queue_server.core.desk import DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import AnyoneSignedIn, ResolverOf, StaffOf, SupervisorOf
from queue_server.turns.services import queries
from queue_server.web import console_api, kiosk_api, overview_api, resolve_api
from queue_server.web.printed_ticket import printed_ticket

router = APIRouter(tags=["pages"])
router.include_router(console_api.router)
router.include_router(overview_api.router)
router.include_router(kiosk_api.router)
router.include_router(resolve_api.router)

templates = Jinja2Templates(Path(__file__).parent / "templates")

# Every page has the house's typeface where the server has it; else the system's is used.
templates.env.globals["typeface"] = find_spec("fontpkg_inter") is not None

# No inline script or style, nothing from elsewhere, in nobody's frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/console", include_in_schema=False)
async def console(request: Request, desk: DeskOf, who: StaffOf) -> Response:
    """Where module staff call turns."""
    return await _for_people(request, desk, who, "console.html")


@router.get("/console/tickets/{ticket_id}/print", include_in_schema=False)
async def print_ticket(request: Request, desk: DeskOf, who: StaffOf, ticket_id: str) -> Response:
    """One ticket on 80 mm paper; the page prints itself."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        return printed_ticket(request, uow, actor, ticket_id[:36])

    try:
        ticket = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return _page(request, "printed_ticket.html", ticket)


@router.get("/supervisor", include_in_schema=False)
async def supervisor(request: Request, desk: DeskOf, who: SupervisorOf) -> Response:
    """All counters and lines at once."""
    return await _for_people(request, desk, who, "supervisor.html")


@router.get("/resolve", include_in_schema=False)
async def resolve(request: Request, desk: DeskOf, who: ResolverOf) -> Response:
    """What waits for a person: money, claims, errands."""
    return await _for_people(request, desk, who, "resolve.html")


@router.get("/boxes", include_in_schema=False)
async def boxes(request: Request, desk: DeskOf, who: ResolverOf) -> Response:
    """How full the kiosks' cash boxes are, and taking them out."""
    return await _for_people(request, desk, who, "boxes.html")


@router.get("/monitor", include_in_schema=False)
async def monitor(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> Response:
    """What is discovered, known and broken."""
    return await _for_people(request, desk, who, "monitor.html")


@router.get("/alerts", include_in_schema=False)
async def alerts(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> Response:
    """What people have to know about the machines."""
    return await _for_people(request, desk, who, "alerts.html")


def _site_names(uow: UnitOfWork, site: str) -> dict[str, str]:
    return {
        "site_name": queries.site_name(uow, site),
        "zone": queries.site_zone(uow, site),
    }


async def _for_people(request: Request, desk: DeskOf, who: Identify, template: str) -> Response:
    """`template` for whom `who` admits, the sign-in form for whoever is signed out.

    A page only shows; each request it makes is checked again by its api.
    """

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, str]:
        return {"person": actor.name, "role": actor.role, **_site_names(uow, actor.site)}

    try:
        names = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return _page(request, template, {"page": template, **names})


def elsewhere(request: Request, problem: Problem) -> Response | None:
    """Where a person must go before they may see this page; None when nothing there helps."""
    there = {
        "signed_out": "/sign-in",
        "change_password": "/password",
        "prove_again": "/account/prove",
    }.get(problem.kind)
    if there is None:
        return None
    after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{there}?{urlencode({'after': after})}", 303)


def _trouble(request: Request, problem: Problem) -> Response:
    """The problem as a page that tries again by itself: nobody stands at a display to reload it.

    A page that is not for this person's role stays as it is.
    """
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return _page(request, "problem.html", context, problem.status)


def _page(
    request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    return templates.TemplateResponse(
        request, template, dict(context), status_code=status, headers=HEADERS
    )

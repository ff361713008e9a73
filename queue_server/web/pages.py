"""The pages: sign-in, console, display, monitor. Templates here, everything live in static/."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import service as staff
from queue_server.staff.api import COOKIE
from queue_server.staff.model import PEOPLE
from queue_server.turns.services import queries
from queue_server.web import console_api, kiosk_api

router = APIRouter(tags=["pages"])
router.include_router(console_api.router)
router.include_router(kiosk_api.router)

templates = Jinja2Templates(Path(__file__).parent / "templates")

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


@router.get("/", include_in_schema=False)
async def front() -> Response:
    """Whoever types only the address works here."""
    return RedirectResponse("/console", 303)


@router.get("/sign-in", include_in_schema=False)
async def sign_in(request: Request, wrong: str = "", after: str = "/console") -> Response:
    """The form; it posts to /session."""
    return _page(request, "sign_in.html", {"wrong": bool(wrong), "after": after[:200]})


@router.get("/console", include_in_schema=False)
async def console(request: Request, desk: DeskOf) -> Response:
    """Where module staff call turns."""
    return await _for_people(request, desk, "console.html")


@router.get("/monitor", include_in_schema=False)
async def monitor(request: Request, desk: DeskOf) -> Response:
    """What is discovered, known and broken."""
    return await _for_people(request, desk, "monitor.html")


@router.get("/display", include_in_schema=False)
async def display(request: Request, desk: DeskOf) -> Response:
    """The board in the waiting room; what it shows is public there."""
    site: str = request.app.state.site
    try:
        names = await desk.database.look(lambda uow: _site_names(uow, site))
    except Problem as problem:
        return _trouble(request, problem)
    return _page(request, "display.html", names)


def _site_names(uow: UnitOfWork, site: str) -> dict[str, str]:
    return {
        "site_name": queries.site_name(uow, site),
        "zone": queries.site_zone(uow, site),
    }


async def _for_people(request: Request, desk: DeskOf, template: str) -> Response:
    """`template` for whoever is signed in, the sign-in form for everybody else.

    A page only shows; each request it makes is checked again by its api.
    """
    cookie = request.cookies.get(COOKIE, "")

    def read(uow: UnitOfWork) -> tuple[Actor, dict[str, str]]:
        actor = staff.person(uow, cookie, PEOPLE)
        return actor, _site_names(uow, actor.site)

    try:
        actor, names = await desk.database.look(read)
    except Problem as problem:
        return _to_sign_in(request) if problem.status == 401 else _trouble(request, problem)
    return _page(request, template, {"person": actor.name, "page": template, **names})


def _to_sign_in(request: Request) -> Response:
    after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'after': after})}", 303)


def _trouble(request: Request, problem: Problem) -> Response:
    """The problem as a page that tries again by itself: nobody stands at a display to reload it."""
    return _page(request, "problem.html", {"detail": problem.detail}, problem.status)


def _page(
    request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    return templates.TemplateResponse(
        request, template, dict(context), status_code=status, headers=HEADERS
    )

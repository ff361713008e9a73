"""Sign in and out, and the two ways a request says who it comes from."""

import asyncio
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.core.desk import DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.staff import service
from queue_server.staff.model import PEOPLE, Role

COOKIE = "ventanilla_session"
router = APIRouter(tags=["staff"])


def kiosk(authorization: Annotated[str, Header()] = "") -> Identify:
    """The kiosk that sent `Authorization: Bearer <token>`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Problem(401, "unknown_device", "Falta la credencial del equipo.")
    return lambda uow: service.device(uow, token, Role.KIOSK)


def people(*roles: Role) -> Callable[[Request], Identify]:
    """A dependency that admits signed-in people of these roles, from our own pages only."""

    def identify(request: Request) -> Identify:
        _refuse_foreign_pages(request)
        value = request.cookies.get(COOKIE, "")
        return lambda uow: service.person(uow, value, roles)

    return identify


def _refuse_foreign_pages(request: Request) -> None:
    """Cross-site request forgery: besides SameSite=Strict, believe the browser's own word."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "foreign_page", "Este pedido vino de otra página.")


KioskOf = Annotated[Identify, Depends(kiosk)]
StaffOf = Annotated[Identify, Depends(people(Role.STAFF, Role.IT))]
ItOf = Annotated[Identify, Depends(people(Role.IT))]
AnyoneSignedIn = Annotated[Identify, Depends(people(*PEOPLE))]


def _local(path: str) -> str:
    """`path` when it stays on this server, else the console (no open redirect)."""
    return path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/console"


@router.post("/session", status_code=303, response_class=RedirectResponse)
async def sign_in(
    request: Request,
    desk: DeskOf,
    name: Annotated[str, Form(max_length=40)],
    password: Annotated[str, Form(max_length=200)],
    after: Annotated[str, Form(max_length=200)] = "/console",
) -> Response:
    """Open a session and go on to `after`, or back to the form with the reason."""
    _refuse_foreign_pages(request)
    site: str = request.app.state.site
    stored = await desk.database.look(lambda uow: service.password_hash(uow, site, name))
    if not await asyncio.to_thread(service.verify_password, stored, password):
        again = urlencode({"wrong": 1, "after": _local(after)})
        return RedirectResponse(f"/sign-in?{again}", 303)
    value = await desk.database.call(lambda uow: service.open_session(uow, site, name))
    answer = RedirectResponse(_local(after), 303)
    answer.set_cookie(
        COOKIE,
        value,
        max_age=int(service.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/session/end", status_code=303, response_class=RedirectResponse)
async def sign_out(request: Request, desk: DeskOf) -> Response:
    """End this session and show the sign-in form."""
    _refuse_foreign_pages(request)
    value = request.cookies.get(COOKIE, "")
    await desk.database.call(lambda uow: service.close_session(uow, value))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer

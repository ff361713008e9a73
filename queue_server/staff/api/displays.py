"""HTTP of displays: ask for a code, be approved by a supervisor, be listed and shut out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import Public, PublicForm, SupervisorOf
from queue_server.staff.api.cookies import DISPLAY
from queue_server.staff.model import DEVICE_NAME, Role
from queue_server.staff.services import credentials, displays
from queue_server.staff.services.displays import DisplayState

router = APIRouter(prefix="/api/v1/displays")


class RequestBody(BaseModel):
    """A display's own request; `code` and `expires_at` only while it is pending."""

    state: DisplayState
    code: str | None = None
    expires_at: datetime | None = None


class ApprovalBody(BaseModel):
    """The code a display shows, and what the display shall be called."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: Annotated[str, Field(pattern=f"^{DEVICE_NAME}$")]


class DisplayView(BaseModel):
    """One display that holds a live credential."""

    name: str
    approved_at: datetime


class DisplaysBody(BaseModel):
    """The displays of the site, and how many more show a code now."""

    displays: list[DisplayView]
    waiting: int


@router.post("/request", response_model=RequestBody, dependencies=[PublicForm])
async def request_display(request: Request, desk: DeskOf, response: Response) -> RequestBody:
    """Ask for a code to show. A display that waits, or was approved, keeps what it has."""
    site: str = request.app.state.site
    cookie = DISPLAY.of(request)

    body = await desk.database.look(lambda uow: _body(uow, cookie))
    if body.state is DisplayState.EXPIRED:
        body, cookie = await desk.database.call(lambda uow: _new_request(uow, site))
    DISPLAY.give(request, response, cookie)
    return body


def _new_request(uow: UnitOfWork, site: str) -> tuple[RequestBody, str]:
    _, cookie = displays.request_display(uow, site)
    return _body(uow, cookie), cookie


@router.get("/request", response_model=RequestBody, dependencies=[Public])
async def follow_request(request: Request, desk: DeskOf) -> RequestBody:
    """How this display's request stands: pending, approved or expired."""
    cookie = DISPLAY.of(request)
    return await desk.database.look(lambda uow: _body(uow, cookie))


@router.post("/approve", status_code=201, response_model=DisplayView)
async def approve_display(body: ApprovalBody, desk: DeskOf, who: SupervisorOf) -> DisplayView:
    """Admit the display that shows this code; an earlier display of this name is shut out."""

    def work(uow: UnitOfWork, actor: Actor) -> DisplayView:
        displays.approve_display(uow, actor, body.code, body.name)
        return DisplayView(name=body.name, approved_at=uow.now)

    return await desk.change(who, work)


@router.get("", response_model=DisplaysBody)
async def list_displays(desk: DeskOf, who: SupervisorOf) -> DisplaysBody:
    """The displays of the site."""

    def read(uow: UnitOfWork, actor: Actor) -> DisplaysBody:
        found = credentials.devices(uow, actor.site, Role.DISPLAY)
        views = [DisplayView(name=each.name, approved_at=each.created_at) for each in found]
        return DisplaysBody(displays=views, waiting=displays.waiting_displays(uow, actor.site))

    return await desk.look(who, read)


@router.post("/{name}/revoke", status_code=204)
async def revoke_display(name: str, desk: DeskOf, who: SupervisorOf) -> None:
    """Shut a display out; it shows a code again."""
    await desk.change(
        who, lambda uow, actor: credentials.revoke_credential(uow, actor, Role.DISPLAY, name)
    )


def _body(uow: UnitOfWork, cookie: str) -> RequestBody:
    found = displays.display_request(uow, cookie)
    return RequestBody(state=found.state, code=found.code, expires_at=found.expires_at)

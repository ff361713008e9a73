"""The session of a person: who it is, keep it alive, end it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from queue_server.core.desk import DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import AnyoneWithPassword, PublicForm
from queue_server.staff.api.cookies import SESSION
from queue_server.staff.model import Role
from queue_server.staff.services import sessions

router = APIRouter()


class SessionBody(BaseModel):
    """Who is signed in, and for how many seconds: untouched, and at most."""

    name: str
    full_name: str
    role: Role
    idle_left_s: float
    left_s: float


@router.get("/api/v1/session", response_model=SessionBody)
async def session(request: Request, desk: DeskOf, who: AnyoneWithPassword) -> SessionBody:
    """Who is signed in and how long the session lives; asking does not keep it alive."""
    value = SESSION.of(request)
    return await desk.look(who, lambda uow, actor: _body(uow, actor, value))


@router.post("/session/touch", response_model=SessionBody)
async def touch(request: Request, desk: DeskOf, who: AnyoneWithPassword) -> SessionBody:
    """A key, the screen or the mouse was touched: the one thing that keeps a session alive."""
    value = SESSION.of(request)

    def work(uow: UnitOfWork, actor: Actor) -> SessionBody:
        sessions.touch(uow, value)
        return _body(uow, actor, value)

    return await desk.change(who, work)


@router.post(
    "/session/end", status_code=303, response_class=RedirectResponse, dependencies=[PublicForm]
)
async def sign_out(request: Request, desk: DeskOf) -> Response:
    """End this session, if there is one, and show the sign-in form."""
    value = SESSION.of(request)
    await desk.database.call(lambda uow: sessions.close_session(uow, value))
    answer = RedirectResponse("/sign-in", 303)
    SESSION.take_back(request, answer)
    return answer


def _body(uow: UnitOfWork, actor: Actor, value: str) -> SessionBody:
    found = sessions.signed_in(uow, actor, value)
    idle, left = found.times.idle_left(uow.now), found.times.age_left(uow.now)
    return SessionBody(
        name=actor.name,
        full_name=found.full_name,
        role=Role(actor.role),
        idle_left_s=idle.total_seconds(),
        left_s=left.total_seconds(),
    )

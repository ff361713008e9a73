"""The session of a person: check a password, keep the session alive, end it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from queue_server.core.desk import Desk, DeskOf
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import COOKIE, AnyoneWithPassword, PublicForm
from queue_server.staff.model import Role, SessionTimes, account_name
from queue_server.staff.services import accounts, sessions
from queue_server.staff.services.guesses import GuessLimit
from queue_server.staff.services.passwords import PasswordDesk

router = APIRouter()


class SessionBody(BaseModel):
    """Who is signed in, and for how many seconds: untouched, and at most."""

    name: str
    full_name: str
    role: Role
    idle_left_s: float
    left_s: float


async def check_password(
    request: Request, desk: Desk, site: str, name: str, password: str
) -> str | None:
    """The verified hash of account `name`, or None when name and password do not belong together.

    Raises Problem 429 after too many wrong tries from this address, 503 when too many wait.
    """
    guesses: GuessLimit = request.app.state.password_guesses
    passwords: PasswordDesk = request.app.state.passwords
    name, address = account_name(name), request.client.host if request.client else ""
    guesses.begin(site, name, address)
    stored = await desk.database.look(lambda uow: accounts.stored_hash(uow, site, name))
    if not await passwords.verify(stored, password):
        return None
    guesses.succeeded(site, name, address)
    return stored


async def sign_in(request: Request, desk: Desk, site: str, name: str, password: str) -> str | None:
    """The cookie's value of a new session, or None. Raises Problem 429, 503."""
    verified = await check_password(request, desk, site, name, password)
    if verified is None:
        return None
    return await desk.database.call(
        lambda uow: sessions.open_session(uow, site, account_name(name), verified)
    )


def set_session_cookie(request: Request, answer: Response, value: str) -> None:
    """Hand the browser a session."""
    answer.set_cookie(
        COOKIE,
        value,
        max_age=int(SessionTimes.AGE_LIMIT.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


@router.get("/api/v1/session", response_model=SessionBody)
async def session(request: Request, desk: DeskOf, who: AnyoneWithPassword) -> SessionBody:
    """Who is signed in and how long the session lives; asking does not keep it alive."""
    value = request.cookies.get(COOKIE, "")
    return await desk.look(who, lambda uow, actor: _body(uow, actor, value))


@router.post("/session/touch", response_model=SessionBody)
async def touch(request: Request, desk: DeskOf, who: AnyoneWithPassword) -> SessionBody:
    """A key, the screen or the mouse was touched: the one thing that keeps a session alive."""
    value = request.cookies.get(COOKIE, "")

    def work(uow: UnitOfWork, actor: Actor) -> SessionBody:
        sessions.touch(uow, value)
        return _body(uow, actor, value)

    return await desk.change(who, work)


@router.post(
    "/session/end", status_code=303, response_class=RedirectResponse, dependencies=[PublicForm]
)
async def sign_out(request: Request, desk: DeskOf) -> Response:
    """End this session, if there is one, and show the sign-in form."""
    value = request.cookies.get(COOKIE, "")
    await desk.database.call(lambda uow: sessions.close_session(uow, value))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
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

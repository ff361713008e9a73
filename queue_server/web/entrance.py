"""The way in: the sign-in form, the first administrator, one's own password. Plain forms."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import Public
from queue_server.staff.api.access import AnyoneWithPassword, PublicForm
from queue_server.staff.api.cookies import SESSION
from queue_server.staff.api.sign_in import after_password, check_password, hand_out, where_of
from queue_server.staff.model import PEOPLE, Role, account_name, password_fault
from queue_server.staff.services import accounts, first_administrator, sessions
from queue_server.staff.services import sign_in as steps
from queue_server.staff.services.first_administrator import CodeVerdict
from queue_server.staff.services.passwords import PasswordDesk
from queue_server.staff.services.sign_in import Next, Step
from queue_server.turns.services import queries
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(tags=["entrance"], include_in_schema=False)

# Where a person's work is, when they asked for no page in particular.
HOMES = {
    Role.COUNTER: "/console",
    Role.CASHIER: "/resolve",
    Role.SUPERVISOR: "/supervisor",
    Role.IT: "/monitor",
    Role.AUDITOR: "/monitor",
    Role.ADMINISTRATOR: "/administration",
}

Short = Annotated[str, Form(max_length=40)]
Long = Annotated[str, Form(max_length=200)]


@router.get("/", dependencies=[Public])
async def front(request: Request, desk: DeskOf) -> Response:
    """Whoever types only the address is led to their work, or to the sign-in form."""
    cookie = SESSION.of(request)
    try:
        actor = await desk.database.look(
            lambda uow: sessions.person(uow, cookie, PEOPLE, with_one_time=True)
        )
    except Problem as problem:
        return (
            RedirectResponse("/sign-in", 303)
            if problem.status == 401
            else trouble(request, problem)
        )
    home = getattr(request.app.state, "home", None)
    return RedirectResponse(home or HOMES[Role(actor.role)], 303)


@router.get("/sign-in", dependencies=[Public])
async def sign_in_form(
    request: Request, desk: DeskOf, wrong: str = "", over: str = "", after: str = "/"
) -> Response:
    """The form; it posts to /session. It says why the last session of this browser ended."""
    fault = "El usuario o la contraseña no son correctos. Inténtelo otra vez." if wrong else ""
    if over:
        fault = "Pasaron cinco minutos o hubo cinco códigos equivocados. Ingrese otra vez."
    return await _sign_in_form(request, desk, after[:200], fault)


async def _sign_in_form(
    request: Request, desk: DeskOf, after: str, fault: str, status: int = 200, retry_s: int = 0
) -> Response:
    site: str = request.app.state.site
    cookie = SESSION.of(request)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        ending = sessions.ending_of(uow, cookie)
        return {
            "site_name": queries.site_name(uow, site),
            "ended": sessions.ENDED[ending] if ending else "",
            "unadministered": not accounts.has_administrator(uow, site),
        }

    try:
        context = await desk.database.look(read)
    except Problem as problem:
        return trouble(request, problem)
    answer = page(request, "sign_in.html", status, after=after, fault=fault, **context)
    if retry_s:
        answer.headers["Retry-After"] = str(retry_s)
    return answer


@router.get("/session", dependencies=[Public])
async def again() -> Response:
    """Whoever reloads the answer to a form that was refused gets the form."""
    return RedirectResponse("/sign-in", 303)


@router.post("/session", dependencies=[PublicForm])
async def sign_in(
    request: Request, desk: DeskOf, name: Short = "", password: Long = "", after: Long = "/"
) -> Response:
    """Go on to `after`, or to the second step, or show the form again with the reason."""
    after = local(after)
    try:
        site: str = request.app.state.site
        step = await after_password(request, desk, site, name, password)
    except Problem as problem:
        retry_s = problem.extra.get("retry_after_s", 1)
        return await _sign_in_form(request, desk, after, problem.detail, problem.status, retry_s)
    if step is None:
        return RedirectResponse(f"/sign-in?{urlencode({'wrong': 1, 'after': after})}", 303)
    return await _go_on(request, desk, step, after)


async def _go_on(request: Request, desk: DeskOf, step: Step, after: str) -> Response:
    """To `after` with a session, or to the form of the second step with half of one."""
    there = {Next.CODE: "/sign-in/code", Next.ENROL: "/sign-in/enrol"}.get(step.next)
    goal = after if there is None else f"{there}?{urlencode({'after': after})}"
    answer = RedirectResponse(goal, 303)
    await hand_out(request, desk, answer, step)
    return answer


# Browsers drop tabs and line ends from an address and read `\\` as `/`, so none may stand in one.
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def local(path: str) -> str:
    """`path` when it stays on this server, else the front page (no open redirect)."""
    return path if _LOCAL.fullmatch(path) else "/"


@router.get("/first-administrator", dependencies=[Public])
async def first_administrator_form(request: Request, desk: DeskOf) -> Response:
    """The form for the code the server printed; gone once somebody administers the site."""
    return await _first_form(request, desk)


async def _first_form(
    request: Request, desk: DeskOf, fault: str = "", status: int = 200, **typed: str
) -> Response:
    site: str = request.app.state.site

    def read(uow: UnitOfWork) -> tuple[bool, str]:
        return accounts.has_administrator(uow, site), queries.site_name(uow, site)

    try:
        administered, site_name = await desk.database.look(read)
    except Problem as problem:
        return trouble(request, problem)
    if administered:
        return RedirectResponse("/sign-in", 303)
    return page(
        request, "first_administrator.html", status, fault=fault, site_name=site_name, **typed
    )


@router.post("/first-administrator", dependencies=[PublicForm])
async def make_first_administrator(
    request: Request,
    desk: DeskOf,
    code: Short = "",
    name: Short = "",
    full_name: Annotated[str, Form(max_length=80)] = "",
    password: Long = "",
    again: Long = "",
) -> Response:
    """Make the first administrator with the code; their second factor follows."""
    site: str = request.app.state.site
    name, full_name = account_name(name), full_name.strip()
    typed = {"code": code, "name": name, "full_name": full_name}
    fault = password_fault(password, name) or _differ(password, again)
    if fault or not full_name:
        return await _first_form(request, desk, fault or "Escriba su nombre.", 422, **typed)
    verdict = await desk.database.call(lambda uow: first_administrator.check_code(uow, site, code))
    if verdict is not CodeVerdict.RIGHT:
        return await _first_form(request, desk, _CODE_FAULTS[verdict], 403, **typed)
    passwords: PasswordDesk = request.app.state.passwords
    try:
        hashed = await passwords.hash(password)
        await desk.database.call(
            lambda uow: first_administrator.create_first_administrator(
                uow, site, code, name, full_name, hashed
            )
        )
    except Problem as problem:
        return await _first_form(request, desk, problem.detail, problem.status, **typed)
    where = where_of(request)
    step = await desk.database.call(
        lambda uow: steps.after_password(uow, site, name, hashed, where)
    )
    if step is None:
        return RedirectResponse("/sign-in", 303)
    return await _go_on(request, desk, step, "/")


_CODE_FAULTS = {
    CodeVerdict.WRONG: "El código no es correcto; léalo otra vez en la consola del servidor.",
    CodeVerdict.USELESS: (
        "Este código ya no sirve. Pida uno nuevo en el servidor con "
        "«python -m queue_server admin-code»."
    ),
}


@router.get("/password")
async def password_form(
    request: Request, desk: DeskOf, who: AnyoneWithPassword, after: str = "/"
) -> Response:
    """The form with which anyone signed in changes their own password."""
    return await _password_form(request, desk, who, after[:200])


async def _password_form(
    request: Request,
    desk: DeskOf,
    who: AnyoneWithPassword,
    after: str,
    fault: str = "",
    status: int = 200,
) -> Response:
    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        return {
            "person": actor.name,
            "one_time": accounts.account(uow, actor.site, actor.name).one_time,
            "site_name": queries.site_name(uow, actor.site),
        }

    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or trouble(request, problem)
    return page(request, "password.html", status, after=after, fault=fault, **context)


@router.post("/password")
async def change_password(
    request: Request,
    desk: DeskOf,
    who: AnyoneWithPassword,
    current: Long = "",
    password: Long = "",
    again: Long = "",
    after: Long = "/",
) -> Response:
    """Change one's own password; every other session of the account ends."""
    try:
        actor = await desk.look(who, lambda _, actor: actor)
    except Problem as problem:
        return elsewhere(request, problem) or trouble(request, problem)
    cookie, after = SESSION.of(request), local(after)
    fault = password_fault(password, actor.name) or _differ(password, again)
    if not fault and password == current:
        fault = "La contraseña nueva debe ser distinta de la actual."
    if fault:
        return await _password_form(request, desk, who, after, fault, 422)
    try:
        if await check_password(request, desk, actor.site, actor.name, current) is None:
            fault = "La contraseña actual no es correcta."
            return await _password_form(request, desk, who, after, fault, 403)
        passwords: PasswordDesk = request.app.state.passwords
        hashed = await passwords.hash(password)
    except Problem as problem:
        return await _password_form(request, desk, who, after, problem.detail, problem.status)
    await desk.change(
        who, lambda uow, actor: accounts.change_own_password(uow, actor, hashed, cookie)
    )
    return RedirectResponse(after, 303)


def _differ(password: str, again: str) -> str | None:
    return None if password == again else "Las dos contraseñas no son iguales; escríbalas otra vez."


def trouble(request: Request, problem: Problem) -> Response:
    return page(request, "problem.html", problem.status, detail=problem.detail)


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=HEADERS
    )

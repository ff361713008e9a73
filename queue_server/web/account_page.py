"""One's own account: second factor, recovery codes, sessions; and everybody's sessions for
administrators. Plain forms."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from queue_server.core.desk import DeskOf, Identify
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import AdministratorOf, AnyoneSignedIn
from queue_server.staff.api.access import AnyoneWithPassword, FreshAnyoneOf
from queue_server.staff.api.cookies import SESSION
from queue_server.staff.api.sign_in import confirm_new_app, proof_wanted, prove_again
from queue_server.staff.model import Proof, Role, needs_code
from queue_server.staff.services import own_account, second_factor, sessions
from queue_server.staff.services.sessions import Session
from queue_server.turns.services import queries
from queue_server.web.entrance import local, page, trouble
from queue_server.web.pages import elsewhere
from queue_server.web.second_step import WRONG, app_words, recovery_page

router = APIRouter(tags=["account"], include_in_schema=False)

Code = Annotated[str, Form(max_length=40)]
Long = Annotated[str, Form(max_length=200)]


@router.get("/account")
async def account(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> Response:
    """What one can change of oneself, and where one is signed in."""
    value = SESSION.of(request)

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = sessions.sessions_of(uow, actor.site, actor.name)
        return {
            **_names(uow, actor),
            "standing": second_factor.standing(uow, actor.site, actor.name),
            "needed": needs_code(Role(actor.role)),
            "sessions": _rows(uow, actor, found, value),
        }

    return await _shown(request, desk, who, "account.html", read)


@router.get("/sessions")
async def everybodys_sessions(request: Request, desk: DeskOf, who: AdministratorOf) -> Response:
    """Who is signed in where, for administrators."""
    value = SESSION.of(request)

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = sessions.sessions_of(uow, actor.site)
        return {**_names(uow, actor), "sessions": _rows(uow, actor, found, value)}

    return await _shown(request, desk, who, "sessions.html", read)


@router.post("/account/sessions/{session}/end")
async def end_own_session(
    request: Request, desk: DeskOf, who: AnyoneSignedIn, session: str
) -> Response:
    """End one of one's own sessions."""

    def work(uow: UnitOfWork, actor: Actor) -> None:
        sessions.end_session(uow, actor, actor.name, session[:16])

    return await _done(request, desk, who, work, "/account")


@router.post("/sessions/{name}/{session}/end")
async def end_anybodys_session(
    request: Request, desk: DeskOf, who: AdministratorOf, name: str, session: str
) -> Response:
    """End a session of anybody."""

    def work(uow: UnitOfWork, actor: Actor) -> None:
        sessions.end_session(uow, actor, name[:40], session[:16])

    return await _done(request, desk, who, work, "/sessions")


@router.get("/account/prove")
async def prove_form(
    request: Request, desk: DeskOf, who: AnyoneWithPassword, after: str = "/account"
) -> Response:
    """The form that asks once more who one is, before something that gives or takes power."""
    return await _prove_form(request, desk, who, after[:200])


@router.post("/account/prove")
async def prove(
    request: Request,
    desk: DeskOf,
    who: AnyoneWithPassword,
    proof: Long = "",
    after: Long = "/account",
) -> Response:
    """Note that one showed who one is, and go on to `after`."""
    after = local(after)
    try:
        await prove_again(request, desk, who, proof)
    except Problem as problem:
        if problem.status == 401:
            return elsewhere(request, problem) or trouble(request, problem)
        return await _prove_form(request, desk, who, after, problem.detail, problem.status)
    return RedirectResponse(after, 303)


@router.get("/account/second-factor")
async def new_app_form(request: Request, desk: DeskOf, who: FreshAnyoneOf) -> Response:
    """The QR for an app, the first or another; the one in use stays until the new one is known."""
    return await _new_app_form(request, desk, who)


@router.post("/account/second-factor")
async def take_new_app(
    request: Request, desk: DeskOf, who: FreshAnyoneOf, code: Code = ""
) -> Response:
    """Take the app into use; its recovery codes, shown once. One's other sessions end."""
    try:
        codes = await confirm_new_app(request, desk, who, code)
        if codes is None:
            return await _new_app_form(request, desk, who, WRONG, 422)
        names = await desk.look(who, _names)
    except Problem as problem:
        if problem.status in (409, 429):
            return await _new_app_form(request, desk, who, problem.detail, problem.status)
        return _instead(request, problem)
    return recovery_page(request, codes, "/account", names["site_name"])


@router.post("/account/recovery-codes")
async def new_recovery_codes(request: Request, desk: DeskOf, who: FreshAnyoneOf) -> Response:
    """Ten fresh recovery codes; the earlier ones are void."""
    try:
        codes = await desk.change(who, second_factor.new_recovery_codes)
        names = await desk.look(who, _names)
    except Problem as problem:
        return _instead(request, problem)
    return recovery_page(request, codes, "/account", names["site_name"])


@router.post("/account/second-factor/remove")
async def remove_second_factor(request: Request, desk: DeskOf, who: FreshAnyoneOf) -> Response:
    """Sign in with the password alone again, where the role allows it."""
    value = SESSION.of(request)
    return await _done(
        request, desk, who, lambda uow, actor: own_account.give_up(uow, actor, value), "/account"
    )


async def _new_app_form(
    request: Request, desk: DeskOf, who: Identify, fault: str = "", status: int = 200
) -> Response:
    def offered(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        names = _names(uow, actor)
        secret = second_factor.offer(uow, actor.site, actor.name)
        return {**names, **app_words(secret, actor.name, names["site_name"])}

    try:
        context = await desk.change(who, offered)
    except Problem as problem:
        return _instead(request, problem)
    return page(
        request, "enrol.html", status, fault=fault, after="", action=request.url.path, **context
    )


async def _prove_form(
    request: Request,
    desk: DeskOf,
    who: Identify,
    after: str,
    fault: str = "",
    status: int = 200,
) -> Response:
    try:
        names = await desk.look(who, _names)
        by_code = await proof_wanted(desk, who) is Proof.CODE
    except Problem as problem:
        return _instead(request, problem)
    return page(request, "prove.html", status, fault=fault, after=after, by_code=by_code, **names)


async def _shown(
    request: Request, desk: DeskOf, who: Identify, template: str, read: Any
) -> Response:
    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return _instead(request, problem)
    return page(request, template, page=template, **context)


async def _done(request: Request, desk: DeskOf, who: Identify, work: Any, after: str) -> Response:
    try:
        await desk.change(who, work)
    except Problem as problem:
        if problem.kind == "unknown_session":  # it ended meanwhile: what was wanted
            return RedirectResponse(after, 303)
        return _instead(request, problem)
    return RedirectResponse(after, 303)


def _instead(request: Request, problem: Problem) -> Response:
    """Where the person must go first; else the problem as a page."""
    if problem.kind == "prove_again" and request.method != "GET":
        return RedirectResponse("/account/prove?after=/account", 303)
    return elsewhere(request, problem) or trouble(request, problem)


def _names(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
    return {
        "person": actor.name,
        "role": actor.role,
        "site_name": queries.site_name(uow, actor.site),
    }


def _rows(
    uow: UnitOfWork, actor: Actor, found: Iterable[Session], value: str
) -> list[dict[str, Any]]:
    zone, here = ZoneInfo(queries.site_zone(uow, actor.site)), sessions.session_id(uow, value)
    return [
        {
            "id": each.id,
            "account": each.account,
            "browser": each.browser or "Navegador desconocido",
            "address": each.address,
            "since": _hour(each.times.opened_at, zone),
            "active": _hour(each.times.active_at, zone),
            "here": each.id == here,
        }
        for each in found
    ]


def _hour(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m %H:%M}"

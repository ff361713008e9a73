"""The second step of the way in: the code of one's app, or making the app known. Plain forms.

What stands here is reached with a half session only: password right, code still to come.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import Public
from queue_server.staff.api.access import PublicForm
from queue_server.staff.api.cookies import HALF_SESSION
from queue_server.staff.api.sign_in import after_code, enrol, hand_out
from queue_server.staff.model import enrolment_uri, shown_secret
from queue_server.staff.services import second_factor, sign_in
from queue_server.staff.services.sign_in import Next
from queue_server.turns.services import queries
from queue_server.web.entrance import local, page, trouble

router = APIRouter(tags=["entrance"], include_in_schema=False)

WRONG = (
    "El código no es correcto o ya se usó. "
    "Espere el siguiente de su aplicación y escríbalo otra vez."
)
Code = Annotated[str, Form(max_length=40)]
Long = Annotated[str, Form(max_length=200)]


@router.get("/sign-in/code", dependencies=[Public])
async def code_form(request: Request, desk: DeskOf, after: str = "/") -> Response:
    """The form for the code of one's app, or for a recovery code."""
    return await _form(request, desk, Next.CODE, after[:200])


@router.post("/sign-in/code", dependencies=[PublicForm])
async def check_code(
    request: Request, desk: DeskOf, code: Code = "", after: Long = "/"
) -> Response:
    """Sign in with the code, or show the form again with the reason."""
    after = local(after)
    try:
        step = await after_code(request, desk, code)
    except Problem as problem:
        return await _refused(request, desk, Next.CODE, after, problem)
    if step is None:
        return await _form(request, desk, Next.CODE, after, WRONG, 422)
    if step.next is Next.OVER:
        return _from_the_beginning(after)
    there = after if step.next is Next.IN else f"/sign-in/enrol?{urlencode({'after': after})}"
    answer = RedirectResponse(there, 303)
    await hand_out(request, desk, answer, step)
    return answer


@router.get("/sign-in/enrol", dependencies=[Public])
async def enrol_form(request: Request, desk: DeskOf, after: str = "/") -> Response:
    """The QR for one's app, the same as text, and the form for its first code."""
    return await _form(request, desk, Next.ENROL, after[:200])


@router.post("/sign-in/enrol", dependencies=[PublicForm])
async def confirm_app(
    request: Request, desk: DeskOf, code: Code = "", after: Long = "/"
) -> Response:
    """Take the app into use with its first code, show the recovery codes once, and sign in."""
    after = local(after)
    try:
        enrolled = await enrol(request, desk, code)
    except Problem as problem:
        return await _refused(request, desk, Next.ENROL, after, problem)
    if enrolled is None:
        return await _form(request, desk, Next.ENROL, after, WRONG, 422)
    codes, step = enrolled
    name = await desk.database.look(lambda uow: queries.site_name(uow, request.app.state.site))
    answer = recovery_page(request, codes, after, name)
    await hand_out(request, desk, answer, step)
    return answer


def recovery_page(request: Request, codes: Sequence[str], after: str, site_name: str) -> Response:
    """The recovery codes, this once, and the way on to `after`."""
    return page(request, "recovery_codes.html", codes=codes, after=after, site_name=site_name)


def app_words(secret: str, account: str, site_name: str) -> dict[str, Any]:
    """What a page shows of a secret: the QR as inline SVG, and the secret as text."""
    drawn = segno.make(enrolment_uri(secret, account, f"INPE {site_name}"), error="m", micro=False)
    # Only path data leaves segno: the text of the code never becomes markup.
    return {
        "qr": Markup(drawn.svg_inline(omitsize=True, border=2)),
        "secret": shown_secret(secret),
    }


async def _form(
    request: Request, desk: DeskOf, wanted: Next, after: str, fault: str = "", status: int = 200
) -> Response:
    value = HALF_SESSION.of(request)

    def read(uow: UnitOfWork) -> tuple[Next, dict[str, Any]]:
        actor = sign_in.half_signed_in(uow, value)
        names = {"person": actor.name, "site_name": queries.site_name(uow, actor.site)}
        return sign_in.next_of(uow, actor), names

    def offered(uow: UnitOfWork) -> str:
        actor: Actor = sign_in.half_signed_in(uow, value)
        return second_factor.offer(uow, actor.site, actor.name)

    try:
        following, context = await desk.database.look(read)
        if following is not wanted:
            there = "/sign-in/code" if following is Next.CODE else "/sign-in/enrol"
            return RedirectResponse(f"{there}?{urlencode({'after': after})}", 303)
        if wanted is Next.ENROL:
            secret = await desk.database.call(offered)
            context |= app_words(secret, context["person"], context["site_name"])
    except Problem as problem:
        if problem.status == 401:
            return _from_the_beginning(after)
        return trouble(request, problem)
    template = "sign_in_code.html" if wanted is Next.CODE else "enrol.html"
    return page(
        request, template, status, after=after, fault=fault, action=request.url.path, **context
    )


async def _refused(
    request: Request, desk: DeskOf, wanted: Next, after: str, problem: Problem
) -> Response:
    if problem.status == 401:
        return _from_the_beginning(after)
    return await _form(request, desk, wanted, after, problem.detail, problem.status)


def _from_the_beginning(after: str) -> Response:
    return RedirectResponse(f"/sign-in?{urlencode({'over': 1, 'after': after})}", 303)

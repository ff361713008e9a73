"""The page behind the private link of a certificate, and the file itself. No script, no name."""

from typing import Any
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from queue_server.core.db import Database
from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services import delivery, link_views
from queue_server.staff.api import Public
from queue_server.turns.api.guesses import counted
from queue_server.turns.services import queries
from queue_server.web.pages import HEADERS, templates

router = APIRouter(tags=["delivery"], dependencies=[Public], include_in_schema=False)

# The address holds the link's secret: it goes nowhere, into no list of a search engine, no cache.
_PRIVATE = {**HEADERS, "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_UNKNOWN = "no_such_link"

log = structlog.get_logger("delivery")


@router.get("/c/{token}")
async def certificate_page(request: Request, token: str, desk: DeskOf) -> Response:
    """What is behind the link and how to have it. The same for everybody, and nothing is taken."""

    def read(uow: UnitOfWork) -> tuple[delivery.Behind, dict[str, Any], bool]:
        behind = delivery.behind_link(uow, token)
        until = behind.expires_at.astimezone(ZoneInfo(queries.site_zone(uow, behind.site)))
        context = {"site": queries.site_name(uow, behind.site), "until": until}
        return behind, context, link_views.is_new_opening(uow, behind.application)

    try:
        with counted(request, token, _UNKNOWN):
            behind, context, is_new = await desk.database.look(read)
    except Problem as problem:
        return _trouble(request, problem)
    answer = _page(request, "certificate.html", {**context, "behind": behind, "token": token})
    if is_new:
        answer.background = BackgroundTask(_write_down, desk.database, behind)
    return answer


async def _write_down(database: Database, behind: delivery.Behind) -> None:
    """That the page was opened; after it was answered, for nobody has to wait for a busy database
    to see it."""
    try:
        await database.call(lambda uow: link_views.opened(uow, behind.site, behind.application))
    except Problem as problem:
        log.warning("opening not written down", site=behind.site, reason=problem.kind)


@router.get("/c/{token}/certificado.pdf")
async def certificate_file(request: Request, token: str, desk: DeskOf) -> Response:
    """The certificate as a file. It leaves only once it is written down that it was taken."""
    try:
        with counted(request, token, _UNKNOWN):
            # Guesses end here, without a turn among those who write.
            await desk.database.look(lambda uow: delivery.behind_link(uow, token))
            behind, pdf = await desk.database.call(lambda uow: delivery.take(uow, token))
    except Problem as problem:
        return _trouble(request, problem)
    name = f"certificado-{behind.number}.pdf"
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


_REASONS = {404: "unknown", 410: "expired", 429: "too_many"}


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"reason": _REASONS.get(problem.status, "later"), "detail": problem.detail}
    answer = _page(request, "certificate_trouble.html", context, problem.status)
    if problem.status in (429, 503):
        answer.headers["Retry-After"] = str(problem.extra.get("retry_after_s", 20))
    return answer


def _page(request: Request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=_PRIVATE
    )

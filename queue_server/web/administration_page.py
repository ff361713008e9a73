"""The page where an administrator configures the site; what it shows is asked of the apis."""

from fastapi import APIRouter, Request, Response

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import AdministratorOf
from queue_server.turns.services.rules import site_rules
from queue_server.web.pages import HEADERS, elsewhere, templates

router = APIRouter(tags=["administration"], include_in_schema=False)


@router.get("/administration")
async def administration(request: Request, desk: DeskOf, who: AdministratorOf) -> Response:
    """For administrators; whoever is signed out goes to the form first."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, str]:
        rules = site_rules(uow, actor.site)
        names = {"site_name": rules.name, "zone": rules.zone}
        return {"person": actor.name, "role": actor.role, **names}

    try:
        names = await desk.look(who, read)
    except Problem as problem:
        context = {"detail": problem.detail, "forbidden": problem.status == 403}
        return elsewhere(request, problem) or templates.TemplateResponse(
            request, "problem.html", context, status_code=problem.status, headers=HEADERS
        )
    context = {"page": "administration.html", **names}
    return templates.TemplateResponse(request, "administration.html", context, headers=HEADERS)

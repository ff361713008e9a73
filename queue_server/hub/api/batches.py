"""HTTP of the sites: the one request by which a site tells what it has to tell."""

from json import JSONDecodeError

from fastapi import APIRouter, Depends, Request, Response

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.services import receiving
from queue_server.hub.wire import VERSION, AnswerBody, BatchBody
from queue_server.staff.api import SiteOf

router = APIRouter(prefix="/api/v1/hub", tags=["hub: sites"])


async def _spoken_here(request: Request) -> None:
    """Says what is the matter with a site of another time, before its words are read one by one.

    Raises Problem 422.
    """
    try:
        told = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return  # whoever reads the batch says so
    version = told.get("version", VERSION) if isinstance(told, dict) else VERSION
    if version != VERSION:
        words = (
            f"El módulo habla otra versión ({str(version)[:20]}) que el centro ({VERSION}); "
            "actualice el que sea más antiguo."
        )
        raise Problem(422, "other_version", words)


@router.post("/batches", response_model=AnswerBody, dependencies=[Depends(_spoken_here)])
async def receive(body: BatchBody, desk: DeskOf, who: SiteOf) -> Response:
    """Take a site's word; sent again it changes nothing. Sites do not wait for each other."""

    def unit(uow: UnitOfWork) -> AnswerBody:
        taken = receiving.receive(uow, who(uow), body)
        return AnswerBody(now=uow.now, **vars(taken))

    answer = await desk.database.call(unit)
    return Response(answer.model_dump_json(), media_type="application/json")

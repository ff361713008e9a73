"""What a window does with certificates: print one for its person, and see what is under review."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from queue_server.core.desk import Desk, DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import Body
from queue_server.issuance.services import collection, reviews
from queue_server.issuance.services.reviews import Review
from queue_server.staff.api import StaffOf
from queue_server.staff.services.guesses import GuessLimit

router = APIRouter(prefix="/api/v1", tags=["issuance: window"])
ApplicationNumber = Annotated[str, Path(pattern=r"^[A-Z]\d{2}-\d{5,9}-[0-9A-Z]$")]
log = structlog.get_logger("window")


class TypedDocumentBody(Body):
    """The document of the person at the window, as staff typed it."""

    type: Annotated[str, Field(pattern=r"^\d{2}$")]
    number: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]


class CollectBody(Body):
    """At which counter, and whose document; without it, that of whom the counter serves.

    `again`: print it although it was handed over before.
    """

    counter: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
    document: TypedDocumentBody | None = None
    again: bool = False


class CollectedBody(BaseModel):
    """Where the file is: it opens once, until `until`, for whoever asked."""

    path: str
    until: str


@router.post("/certificates/{number}/collect", response_model=CollectedBody)
async def collect(
    request: Request,
    number: ApplicationNumber,
    body: CollectBody,
    desk: DeskOf,
    key: IdempotencyKey,
    who: StaffOf,
) -> JSONResponse:
    """Let this member of staff print a certificate for the person at their window."""
    typed = body.document
    asked = collection.Asked(
        number, body.counter, (typed.type, typed.number) if typed else None, body.again
    )

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        grant = collection.collect(uow, actor, asked)
        path = f"/api/v1/certificates/{number}/file?grant={grant.word}"
        return Reply(200, {"path": path, "until": grant.until.isoformat()})

    async with _tried(request, desk, who, typed is not None):
        return await desk.once(request, who, key, body.model_dump(), work)


@asynccontextmanager
async def _tried(
    request: Request, desk: Desk, who: Identify, is_typed: bool
) -> AsyncIterator[None]:
    """Around a request with a typed document: counts those that belong to no such application, and
    lets nobody go on guessing. Raises Problem 429."""
    if not is_typed:
        yield
        return
    actor = await desk.look(who, lambda _, actor: actor)
    tries, mine = _tries(request), (actor.site, actor.name, "certificates")
    tries.begin(*mine)
    try:
        yield
    except Problem as problem:
        # Whatever else was wrong with it: only what came to its end forgives the tries before.
        if problem.kind == "no_such_application":
            log.warning("no such application", person=actor.name)
        raise
    tries.succeeded(*mine)


def _tries(request: Request) -> GuessLimit:
    """How often each person named a document and a number that do not belong together."""
    state = request.app.state
    if not hasattr(state, "certificate_tries"):
        state.certificate_tries = GuessLimit()
    return state.certificate_tries


@router.get(
    "/certificates/{number}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def file(
    number: ApplicationNumber,
    grant: Annotated[str, Query(min_length=1, max_length=64)],
    desk: DeskOf,
    who: StaffOf,
) -> Response:
    """The certificate, once, to be printed."""
    pdf = await desk.change(who, lambda uow, actor: collection.open_file(uow, actor, number, grant))
    headers = {
        "Content-Disposition": f'inline; filename="certificado-{number}.pdf"',
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


class ReviewBody(BaseModel):
    """An application under review, since when, and the ticket with which its person waits now."""

    number: str
    since: str
    ticket_id: str | None
    ticket: str | None


class ReviewsBody(BaseModel):
    """What is under review at the site, longest first, at most 200; `total` counts all of it."""

    reviews: list[ReviewBody]
    total: int


@router.get("/reviews", response_model=ReviewsBody)
async def under_review(desk: DeskOf, who: StaffOf) -> JSONResponse:
    """The applications that people at the centre decide on; nothing of who applied."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = [_review(each) for each in reviews.under_review(uow, actor.site)]
        return {"reviews": found, "total": reviews.how_many(uow, actor.site)}

    return JSONResponse(await desk.look(who, read))


def _review(review: Review) -> dict[str, str | None]:
    return {
        "number": review.number,
        "since": review.since.isoformat(),
        "ticket_id": review.ticket and review.ticket.id,
        "ticket": review.ticket and review.ticket.label,
    }

"""A person corrects the e-mail address of their application, at any kiosk of the site."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import (
    ApplicantBody,
    ApplicationBody,
    Body,
    application_body,
)
from queue_server.issuance.services import corrections
from queue_server.staff.api import KioskOf

router = APIRouter(tags=["issuance"])
_NOT_READ = "Para cambiar el correo hay que pasar el documento por el lector, o tomar un turno."


class CorrectEmailBody(Body):
    """The person's document, the application's number as it was typed, and the right address."""

    document: ApplicantBody
    number: Annotated[str, Field(min_length=1, max_length=40)]
    email: Annotated[str, Field(min_length=3, max_length=254)]


@router.post("/api/v1/applications/correct-email", response_model=ApplicationBody)
async def correct_email(
    request: Request, body: CorrectEmailBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Send what an application owes to another address, for who has its number and its document.

    The document was read: 409 `document_not_shown` for a typed one, which counts as no try.
    """
    if body.document.typed is not None:
        raise Problem(409, "document_not_shown", _NOT_READ)
    applicant = body.document.applicant()
    corrections.check_address(body.email)
    # A unit of its own: what is refused is undone, and a miss must stay counted.
    if not await desk.change(
        who,
        lambda uow, actor: corrections.is_applicant(uow, actor.site, body.number, applicant),
    ):
        raise corrections.no_such_application()

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        application = corrections.correct_email(uow, actor, body.number, applicant, body.email)
        return Reply(200, application_body(request, uow, actor, UUID(application)))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)

"""A person at a kiosk asks where their application stands: never what was found."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.api.bodies import ApplicantBody, Body
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services import corrections, tracking
from queue_server.issuance.services.tracking import Tracked
from queue_server.payments.model.standing import PaymentStanding
from queue_server.staff.api import KioskOf

router = APIRouter(prefix="/api/v1/followed", tags=["issuance"])


_NOT_READ = "Para ver su solicitud pase el documento por el lector, o escriba su número."


class FollowBody(Body):
    """A document that was read; or an application's number as it was typed, and the last four
    characters of its document."""

    document: ApplicantBody | None = None
    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    ending: Annotated[str, Field(min_length=1, max_length=10)] | None = None

    @model_validator(mode="after")
    def _says_who(self) -> "FollowBody":
        typed = self.number is not None and self.ending is not None
        if (self.document is not None) == typed:
            raise PydanticCustomError(
                "follow", "Envíe el documento leído, o el número de solicitud y su terminación."
            )
        return self


class FollowedApplicationBody(BaseModel):
    """Where one application stands. `email`: how the letter that matters stands, `masked_email`
    where it goes. `kept_until`: until when an issued certificate can be had; null before, and once
    it is deleted. `claim_open`: money can be collected for it."""

    number: str
    state: ApplicationState
    payment: PaymentStanding
    masked_email: str | None
    email: str
    kept_until: datetime | None
    claim_open: bool


class FollowedBody(BaseModel):
    """The newest first, at most `tracking.SHOWN`."""

    applications: list[FollowedApplicationBody]


@router.post("/applications", response_model=FollowedBody)
async def follow_applications(body: FollowBody, desk: DeskOf, who: KioskOf) -> FollowedBody:
    """Where a person's applications stand. 404 when there is none; one answer, whichever of number
    and ending is wrong. 409 `document_not_shown` for a document that was typed."""

    if body.document is not None and body.document.typed is not None:
        raise Problem(409, "document_not_shown", _NOT_READ)

    def work(uow: UnitOfWork, actor: Actor) -> list[FollowedApplicationBody]:
        if body.document is not None:
            found = tracking.of_document(uow, actor.site, body.document.applicant())
        else:
            one = tracking.track(uow, actor.site, body.number or "", body.ending or "")
            found = [one] if one else []
        return [_body(each) for each in found]

    # Written, not read: a miss must stay counted.
    applications = await desk.change(who, work)
    if not applications:
        raise corrections.no_such_application()
    return FollowedBody(applications=applications)


def _body(found: Tracked) -> FollowedApplicationBody:
    return FollowedApplicationBody(
        number=found.number,
        state=found.state,
        payment=found.payment,
        masked_email=found.masked_email,
        email=found.email,
        kept_until=found.kept_until,
        claim_open=found.claim_open,
    )

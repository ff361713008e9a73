"""HTTP of a kiosk's staff menu: a code is asked for, redeemed, and what was done is noted."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.desk import DeskOf, IdempotencyKey
from queue_server.core.idempotency import Reply
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api.access import KioskOf, MaintainerOf
from queue_server.staff.model import DEVICE_NAME, Chore, Role
from queue_server.staff.services import credentials, kiosk_codes
from queue_server.staff.services.kiosk_codes import Outcome

router = APIRouter(prefix="/api/v1")
_WRONG = (
    "Este código no sirve: está mal escrito, ya se usó o venció. "
    "Revíselo o pida otro en la consola o en Equipos."
)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WantedBody(_Body):
    """For which kiosk."""

    kiosk: Annotated[str, Field(pattern=f"^{DEVICE_NAME}$")]


class AskedBody(BaseModel):
    """The code, told this once, and until when it is good."""

    kiosk: str
    code: str
    expires_at: datetime


class KiosksBody(BaseModel):
    """The kiosks a code can be asked for."""

    kiosks: list[str]


class TypedBody(_Body):
    """What somebody typed at the kiosk."""

    code: Annotated[str, Field(pattern=r"^\d{6}$")]


class OpenedBody(BaseModel):
    """Whose code it was (the account's name), and what it is good for."""

    asked_by: str
    chores: list[Chore]


class DoneBody(_Body):
    """One chore that was tried; `visit` is the key under which the menu was opened."""

    visit: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    chore: Chore
    outcome: Outcome


class NotedBody(BaseModel):
    """It stands in the log."""

    noted: bool = True


@router.get("/kiosk-codes", response_model=KiosksBody)
async def kiosks(desk: DeskOf, who: MaintainerOf) -> KiosksBody:
    """The kiosks of the site."""
    names = await desk.look(
        who, lambda uow, actor: credentials.known_devices(uow, actor.site, Role.KIOSK)
    )
    return KiosksBody(kiosks=names)


@router.post("/kiosk-codes", status_code=201, response_model=AskedBody)
async def ask_code(body: WantedBody, desk: DeskOf, who: MaintainerOf) -> AskedBody:
    """A code for the staff menu of one kiosk; asking again makes another, and voids the first."""
    asked = await desk.change(who, lambda uow, actor: kiosk_codes.ask_code(uow, actor, body.kiosk))
    return AskedBody(kiosk=asked.kiosk, code=asked.code, expires_at=asked.expires_at)


@router.post("/kiosk-codes/open", response_model=OpenedBody)
async def open_menu(
    request: Request, body: TypedBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Open this kiosk's staff menu; repeated with the same key it answers the same."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        opened = kiosk_codes.open_menu(uow, actor, body.code)
        if opened is None:
            return Reply(404, _refusal())
        return Reply(200, {"asked_by": opened.asked_by, "chores": list(opened.chores)})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/kiosk-chores", status_code=201, response_model=NotedBody)
async def note_chore(
    request: Request, body: DoneBody, desk: DeskOf, key: IdempotencyKey, who: KioskOf
) -> JSONResponse:
    """Something was done at the staff menu."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        kiosk_codes.note_chore(uow, actor, body.visit, body.chore, body.outcome)
        return Reply(201, {"noted": True})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


def _refusal() -> dict[str, Any]:
    """Kept as an answer, not raised: the wrong try must be counted (RFC 9457)."""
    kind = "wrong_code"
    return {
        "type": f"urn:ventanilla:problem:{kind}",
        "title": kind,
        "status": 404,
        "detail": _WRONG,
    }

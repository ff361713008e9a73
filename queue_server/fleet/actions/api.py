"""HTTP of actions: a person orders one, the kiosk answers for it, everybody sees how it stands."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from queue_server.config import ServerConfig
from queue_server.core import tls
from queue_server.core.desk import DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service
from queue_server.fleet.actions.model import (
    LARGEST_BUNDLE,
    Kind,
    NotAllowed,
    Reason,
    State,
    arguments,
)
from queue_server.fleet.actions.settings import MOST_CHANGES, WrongSetting
from queue_server.staff.api import AnyoneSignedIn, KioskOf
from queue_server.staff.api.access import FreshlyProven, People
from queue_server.staff.model import DEVICE_NAME, Role
from queue_server.staff.services import credentials

router = APIRouter(prefix="/api/v1", tags=["actions"])
_WHO = (Role.IT, Role.ADMINISTRATOR)
OrdererOf = Annotated[Identify, Depends(FreshlyProven(_WHO))]
ReaderOf = Annotated[Identify, Depends(People(_WHO))]
ActionId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
KioskName = Annotated[str, Path(pattern=f"^{DEVICE_NAME}$")]
_BASE64 = r"^[A-Za-z0-9+/]*={0,2}$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderBody(_Body):
    """What a kiosk shall do. `device`: of a self-test, all where it is left out; `reason`: why it
    is closed; `changes`: `section.key` of kiosk.toml -> value, null for what the file says."""

    kind: Kind
    device: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")] | None = None
    reason: Reason | None = None
    changes: (
        Annotated[
            dict[Annotated[str, Field(max_length=60)], str | int | bool | None],
            Field(max_length=MOST_CHANGES),
        ]
        | None
    ) = None


class ActionView(BaseModel):
    """One action and how it stands. `detail`: the kiosk's words on how it went."""

    id: str
    kiosk: str
    kind: Kind
    arguments: dict[str, Any]
    state: State
    detail: str
    ordered_by: str
    ordered_at: datetime
    expires_at: datetime
    changed_at: datetime
    configuration: int | None
    has_bundle: bool


class ActionsBody(BaseModel):
    """The newest actions first, and the kiosks that can be told something."""

    now: datetime
    kiosks: list[str]
    actions: list[ActionView]


class ReportBody(_Body):
    """A kiosk's word on one of its actions. `configuration`: the version it runs with now."""

    state: State
    detail: Annotated[str, Field(max_length=400)] = ""
    configuration: Annotated[int, Field(ge=0, lt=2**31)] = 0


class ReportedBody(BaseModel):
    """How it stands now, whatever was reported."""

    state: State


class BundleBody(_Body):
    """A tar.gz in base64."""

    content: Annotated[str, Field(max_length=LARGEST_BUNDLE * 4 // 3 + 4, pattern=_BASE64)]


class KeptBody(BaseModel):
    """It is kept for seven days."""

    kept: bool = True


@router.post("/kiosks/{name}/actions", status_code=201, response_model=ActionView)
async def order(
    request: Request,
    name: KioskName,
    body: OrderBody,
    desk: DeskOf,
    who: OrdererOf,
    key: IdempotencyKey,
) -> JSONResponse:
    """Tell a kiosk to do something; it may begin within 60 s, and says how it went."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        sign = _signer(request)
        made = service.order(uow, actor, name, body.kind, _arguments(body), sign)
        return Reply(201, ActionView(**vars(made)).model_dump(mode="json"))

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.get("/kiosk-actions", response_model=ActionsBody)
async def listed(desk: DeskOf, who: AnyoneSignedIn) -> ActionsBody:
    """What kiosks were told lately, and how it went."""

    def read(uow: UnitOfWork, actor: Actor) -> ActionsBody:
        return ActionsBody(
            now=uow.now,
            kiosks=credentials.paired_kiosks(uow, actor.site),
            actions=[ActionView(**vars(each)) for each in service.listed(uow, actor.site)],
        )

    return await desk.look(who, read)


@router.post("/kiosk-actions/{action}/reports", response_model=ReportedBody)
async def report(action: ActionId, body: ReportBody, desk: DeskOf, who: KioskOf) -> ReportedBody:
    """How an action stands, by the kiosk's word; sent again it changes nothing."""
    told = service.Report(body.state, _printable(body.detail), body.configuration)
    state = await desk.change(who, lambda uow, actor: service.report(uow, actor, action, told))
    return ReportedBody(state=state)


@router.post("/kiosk-actions/{action}/bundle", response_model=KeptBody)
async def keep_bundle(action: ActionId, body: BundleBody, desk: DeskOf, who: KioskOf) -> KeptBody:
    """What the kiosk gathered of itself."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except binascii.Error:
        raise Problem(422, "not_base64", "El diagnóstico no llegó entero.") from None
    await desk.change(who, lambda uow, actor: service.keep_bundle(uow, actor, action, content))
    return KeptBody()


@router.get("/kiosk-actions/{action}/bundle", response_class=Response)
async def take_bundle(action: ActionId, desk: DeskOf, who: ReaderOf) -> Response:
    """The bundle as a file; who took it is recorded."""
    kiosk, content = await desk.change(
        who, lambda uow, actor: service.take_bundle(uow, actor, action)
    )
    headers = {
        "Content-Disposition": f'attachment; filename="diagnostico-{kiosk}-{action[:8]}.tar.gz"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/gzip", headers=headers)


def _arguments(body: OrderBody) -> dict[str, Any]:
    try:
        return arguments(body.kind, body.device, body.reason, body.changes)
    except NotAllowed as fault:
        raise Problem(422, "not_allowed", str(fault)) from None
    except WrongSetting as fault:
        raise Problem(422, "wrong_setting", str(fault)) from None


def _signer(request: Request) -> service.Sign:
    """Raises Problem 409 where there is no key: kiosks of this server are not paired with one."""
    config: ServerConfig = request.app.state.config
    if config.plain_http:
        words = "Este servidor no usa TLS; sus quioscos no aceptan órdenes."
        raise Problem(409, "no_tls", words)
    try:
        return tls.actions_signer(tls.TlsFiles(config.tls.folder))
    except (tls.TlsFault, OSError) as error:
        words = "La clave de las órdenes no se puede leer; avise a soporte."
        raise Problem(503, "tls_unreadable", words) from error


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)

"""HTTP of the fleet: what kiosks say of themselves, and what people see of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from devices.status import Action, DeviceState
from queue_server.core.desk import DeskOf
from queue_server.core.feed import Feed
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import service
from queue_server.fleet.model import (
    DeviceReport,
    Heartbeat,
    Presence,
    Standing,
    Verdict,
    part_verdict,
    verdict,
)
from queue_server.staff.api import AnyoneSignedIn, KioskOf

router = APIRouter(prefix="/api/v1", tags=["fleet"])
MONITOR_KINDS = ("kiosk.changed",)

Word = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x20-\x7e]+$")]
PartName = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9_]+$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeviceReportBody(_Body):
    """One device: its XFS state, its parts, and what would put it right."""

    name: Word
    kind: Word
    model: Word
    device: DeviceState
    parts: Annotated[dict[PartName, Word], Field(max_length=16)]
    action: Action | None
    detail: Annotated[str, Field(max_length=200)]


class HeartbeatBody(_Body):
    """What a kiosk says every ten seconds. `sequence` grows from boot to boot's end."""

    boot_id: UUID
    sequence: Annotated[int, Field(ge=0, lt=2**63)]
    build: Annotated[str, Field(max_length=40)]
    screen: Annotated[str, Field(max_length=40)]
    devices: Annotated[list[DeviceReportBody], Field(max_length=20)]
    unsent: Annotated[int, Field(ge=0, lt=2**31)]

    def heartbeat(self) -> Heartbeat:
        """The same in the model's words."""
        reports = tuple(DeviceReport(**dict(each)) for each in self.devices)
        return Heartbeat(
            str(self.boot_id), self.sequence, self.build, self.screen, reports, self.unsent
        )


class PartView(BaseModel):
    """One part of a device and what its word amounts to."""

    name: str
    word: str
    verdict: Verdict


class DeviceView(BaseModel):
    """One device on the monitor."""

    name: str
    kind: str
    model: str
    device: DeviceState
    parts: list[PartView]
    action: Action | None
    detail: str
    verdict: Verdict


class KioskView(BaseModel):
    """One kiosk with a credential. Heartbeat fields are null when it was never heard of."""

    name: str
    standing: Standing
    presence: Presence
    heard_s: float | None
    boot_id: str | None
    sequence: int | None
    build: str | None
    screen: str | None
    unsent: int | None
    devices: list[DeviceView]


class DiscoveredView(BaseModel):
    """One instance seen on the LAN: a hint, written by whoever sent it."""

    instance: str
    role: str
    host: str
    addresses: list[str]
    port: int
    properties: dict[str, str]
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    standing: Standing | None


class TroubleView(BaseModel):
    """One thing to look at; without a device the kiosk itself is silent."""

    kiosk: str
    device: str | None
    verdict: Verdict


class ServerView(BaseModel):
    """The server itself. That it answers means that its database reads."""

    site: str
    now: datetime
    database: str
    event_id: int
    listeners: int


class MonitorBody(BaseModel):
    """What was discovered, what is known, what is broken, and the server itself."""

    server: ServerView
    troubles: list[TroubleView]
    kiosks: list[KioskView]
    discovered: list[DiscoveredView]


@router.post("/heartbeat", status_code=204, response_class=Response)
async def heartbeat(body: HeartbeatBody, desk: DeskOf, who: KioskOf) -> Response:
    """Take a kiosk's word on itself; sent again or overtaken it changes nothing."""
    beat = body.heartbeat()
    await desk.change(who, lambda uow, actor: service.record_heartbeat(uow, actor, beat))
    return Response(status_code=204)


@router.get("/monitor", response_model=MonitorBody)
async def monitor(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> MonitorBody:
    """How every machine of the site stands now."""
    live: Feed = request.app.state.feed

    def read(uow: UnitOfWork, actor: Actor) -> MonitorBody:
        fleet = service.view(uow, actor.site)
        return MonitorBody(
            server=ServerView(
                site=actor.site,
                now=fleet.now,
                database="ok",
                event_id=uow.last_event_id(actor.site),
                listeners=live.listeners,
            ),
            troubles=[TroubleView(**vars(each)) for each in fleet.troubles],
            kiosks=[_kiosk(each, fleet.now) for each in fleet.kiosks],
            discovered=[_discovered(each) for each in fleet.discovered],
        )

    return await desk.look(who, read)


def _kiosk(kiosk: service.KioskView, now: datetime) -> KioskView:
    beat = kiosk.heartbeat
    heard = kiosk.received_at and max(0.0, (now - kiosk.received_at).total_seconds())
    return KioskView(
        name=kiosk.name,
        standing=kiosk.standing,
        presence=kiosk.presence,
        heard_s=heard,
        boot_id=beat and beat.boot_id,
        sequence=beat and beat.sequence,
        build=beat and beat.build,
        screen=beat and beat.screen,
        unsent=beat and beat.unsent,
        devices=[_device(each) for each in beat.devices] if beat else [],
    )


def _device(report: DeviceReport) -> DeviceView:
    return DeviceView(
        name=report.name,
        kind=report.kind,
        model=report.model,
        device=report.device,
        parts=[
            PartView(name=name, word=word, verdict=part_verdict(word))
            for name, word in sorted(report.parts.items())
        ],
        action=report.action,
        detail=report.detail,
        verdict=verdict(report.device, report.parts),
    )


def _discovered(sighting: service.Sighting) -> DiscoveredView:
    instance = sighting.instance
    return DiscoveredView(
        instance=instance.name,
        role=instance.role,
        host=instance.host,
        addresses=list(instance.addresses),
        port=instance.port,
        properties=dict(instance.properties),
        first_seen=sighting.first_seen,
        last_seen=sighting.last_seen,
        gone_at=sighting.gone_at,
        standing=sighting.standing,
    )


@router.get("/monitor/feed", response_class=StreamingResponse)
async def monitor_feed(
    request: Request,
    desk: DeskOf,
    who: AnyoneSignedIn,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(alias="Last-Event-ID", ge=0)] = None,
) -> StreamingResponse:
    """Server-sent events of the fleet for signed-in people; resumes after `Last-Event-ID`."""
    site = await desk.look(who, lambda _, actor: actor.site)
    live: Feed = request.app.state.feed
    live.admit()
    start = last_event_id if last_event_id is not None else after
    stream = live.stream(site, start, MONITOR_KINDS.__contains__)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

"""HTTP of the country: every site, one site, its events and orders; light to ask again and again.

`after`: the `version` the caller holds. While nothing changed the answer is just that.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from queue_server.core.desk import DeskOf, IdempotencyKey, Identify
from queue_server.core.idempotency import Reply
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions.model import Kind, NotAllowed, Reason, arguments
from queue_server.fleet.actions.settings import MOST_CHANGES, WrongSetting
from queue_server.hub.model.country import SiteStanding, Standing
from queue_server.hub.services import country
from queue_server.hub.services import orders as placing
from queue_server.hub.wire import SITE_CODE
from queue_server.staff.api.access import FreshlyProven, People
from queue_server.staff.model import DEVICE_NAME, Role

router = APIRouter(prefix="/api/v1/hub", tags=["hub"])
LookerOf = Annotated[
    Identify, Depends(People((Role.IT, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)))
]
OrdererOf = Annotated[Identify, Depends(FreshlyProven((Role.IT, Role.ADMINISTRATOR)))]
OrderId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
SiteCode = Annotated[str, Path(pattern=SITE_CODE)]
Version = Annotated[str, Query(max_length=32)]
_CLOCK_TOLERATED_MS = 2000


class MissingBody(BaseModel):
    """A journey that cannot be finished everywhere at a site: `at` so many kiosks it can."""

    journey: str
    name: str
    at: int
    not_at: int
    why: str


class GraveBody(BaseModel):
    """An open alert of a site, in words."""

    title: str
    place: str
    critical: bool
    opened_at: str


class SiteBody(BaseModel):
    """One site on the country page. `was`: what a silent one was before; `heard_at` is told of
    silent sites only (the others were heard within a minute); `clock_off_s`: its clock minus the
    hub's, null while that is tolerable; `drifts`: another build than most sites run."""

    model_config = ConfigDict(extra="ignore")
    site: str
    name: str
    region: str
    standing: Standing
    was: Standing | None
    since: datetime
    heard_at: datetime | None
    enrolled_at: datetime
    told: bool
    clock_off_s: int | None
    missing: list[MissingBody] = []
    kiosks: int = 0
    up: int = 0
    serving: int = 0
    broken: int = 0
    warned: int = 0
    critical: int = 0
    warning: int = 0
    alerts: list[GraveBody] = []
    waiting: int = 0
    longest_wait_s: int = 0
    counters_open: int = 0
    backend_up: bool | None = None
    backlog: int = 0
    parked: int = 0
    build: str = ""
    drifts: bool
    certificate_until: datetime | None = None
    certificates_today: int


class RegionBody(BaseModel):
    """A department, its worst site first."""

    name: str
    sites: list[SiteBody]


class BuildBody(BaseModel):
    """How many run a build."""

    build: str
    sites: int
    kiosks: int


class CertificatesBody(BaseModel):
    """Certificates issued, by the centre's calendar."""

    today: int
    month: int


class CountryBody(BaseModel):
    """Every site by region. `standings`: how many sites stand how; alerts are open ones."""

    regions: list[RegionBody]
    standings: dict[Standing, int]
    critical: int
    warning: int
    certificates: CertificatesBody
    usual_build: str | None
    builds: list[BuildBody]


class CountryAnswer(BaseModel):
    """`country` is null while it is what the caller holds."""

    now: datetime
    version: str
    country: CountryBody | None


class AnchorBody(BaseModel):
    """The newest head of the site's audit chain that the hub keeps."""

    id: int
    at: datetime


class OneSiteBody(BaseModel):
    """A site with all it told: `state` as `wire.StateBody`; null before the first."""

    about: SiteBody
    enrolled: bool
    last_event: int
    state_at: datetime | None
    anchor: AnchorBody | None
    state: dict[str, JsonValue] | None


class OneSiteAnswer(BaseModel):
    """`site` is null while it is what the caller holds."""

    now: datetime
    version: str
    site: OneSiteBody | None


class EventView(BaseModel):
    """One row of a site's log."""

    id: int
    at: datetime
    kind: str
    actor: str
    body: dict[str, JsonValue]


class EventsBody(BaseModel):
    """The newest first; `older`: ask again below this id, null when there is no more."""

    events: list[EventView]
    older: int | None


class OrderView(BaseModel):
    """Something a kiosk of a site shall do, and how far it is."""

    id: str
    kiosk: str
    kind: str
    arguments: dict[str, Any]
    state: str
    detail: str
    ordered_by: str
    ordered_at: datetime
    valid_until: datetime
    changed_at: datetime


class OrdersBody(BaseModel):
    """The newest orders first."""

    now: datetime
    orders: list[OrderView]


class PlaceBody(BaseModel):
    """What a kiosk of a site shall do once the site connects, within so many `hours`.

    `device`, `reason`, `changes` as at the site itself.
    """

    model_config = ConfigDict(extra="forbid")
    kiosk: Annotated[str, Field(pattern=f"^{DEVICE_NAME}$")]
    kind: Kind
    hours: Annotated[int, Field(ge=1, le=7 * 24)] = 24
    device: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")] | None = None
    reason: Reason | None = None
    changes: (
        Annotated[
            dict[Annotated[str, Field(max_length=60)], str | int | bool | None],
            Field(max_length=MOST_CHANGES),
        ]
        | None
    ) = None


class PlacedBody(BaseModel):
    """The order that waits now."""

    id: str


class CancelledBody(BaseModel):
    """It will not be done."""

    cancelled: bool


@router.get("/country", response_model=CountryAnswer)
async def whole(desk: DeskOf, who: LookerOf, after: Version = "") -> Response:
    """How every site stands, the worst first."""
    read = await desk.look(who, lambda uow, actor: country.read_country(uow, actor.site))
    return _answer("country", _country(read), read.now, after)


@router.get("/sites/{site}", response_model=OneSiteAnswer)
async def one(site: SiteCode, desk: DeskOf, who: LookerOf, after: Version = "") -> Response:
    """All that a site told of itself."""
    found = await desk.look(who, lambda uow, actor: country.read_site(uow, actor.site, site))
    body = OneSiteBody(
        about=_site(found.standing),
        enrolled=found.enrolled,
        last_event=found.last_event,
        state_at=found.state_at,
        anchor=found.anchor and AnchorBody(id=found.anchor.id, at=found.anchor.at),
        state=dict(found.state) if found.state is not None else None,
    )
    return _answer("site", body, found.now, after)


@router.get("/sites/{site}/events", response_model=EventsBody)
async def events(
    site: SiteCode,
    desk: DeskOf,
    who: LookerOf,
    below: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> EventsBody:
    """What happened at a site: ids and words, as its own log holds them."""
    found = await desk.look(who, lambda uow, _: country.read_events(uow, site, below))
    more = len(found) == country.EVENTS_SHOWN
    return EventsBody(
        events=[EventView(**vars(each)) for each in found], older=found[-1].id if more else None
    )


@router.get("/sites/{site}/orders", response_model=OrdersBody)
async def orders(site: SiteCode, desk: DeskOf, who: LookerOf) -> OrdersBody:
    """What kiosks of a site were told from here, and how it went."""

    def read(uow: UnitOfWork, _: Actor) -> tuple[datetime, Sequence[country.OrderRow]]:
        return uow.now, country.read_orders(uow, site)

    now, found = await desk.look(who, read)
    return OrdersBody(now=now, orders=[OrderView(**vars(each)) for each in found])


@router.post("/sites/{site}/orders", status_code=201, response_model=PlacedBody)
async def place(
    request: Request,
    site: SiteCode,
    body: PlaceBody,
    desk: DeskOf,
    who: OrdererOf,
    key: IdempotencyKey,
) -> JSONResponse:
    """Leave an order for a kiosk of a site; the site takes it when it connects."""
    given = _arguments(body)

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        lasts = timedelta(hours=body.hours)
        made = placing.place(uow, actor, site, body.kiosk, body.kind, given, lasts)
        return Reply(201, {"id": made})

    return await desk.once(request, who, key, body.model_dump(mode="json"), work)


@router.post("/sites/{site}/orders/{order}/cancel", response_model=CancelledBody)
async def cancel(
    request: Request,
    site: SiteCode,
    order: OrderId,
    desk: DeskOf,
    who: OrdererOf,
    key: IdempotencyKey,
) -> JSONResponse:
    """Call an order off that the site has not taken yet."""

    def work(uow: UnitOfWork, actor: Actor) -> Reply:
        placing.cancel(uow, actor, site, order)
        return Reply(200, {"cancelled": True})

    return await desk.once(request, who, key, None, work)


def _arguments(body: PlaceBody) -> dict[str, Any]:
    try:
        return arguments(body.kind, body.device, body.reason, body.changes)
    except NotAllowed as fault:
        raise Problem(422, "not_allowed", str(fault)) from None
    except WrongSetting as fault:
        raise Problem(422, "wrong_setting", str(fault)) from None


def _answer(name: str, body: BaseModel, now: datetime, after: str) -> Response:
    text = body.model_dump_json()
    version = hashlib.sha256(text.encode()).hexdigest()[:32]
    told = "null" if version == after else text
    content = f'{{"now":"{now.isoformat()}","version":"{version}","{name}":{told}}}'
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _country(read: country.Read) -> CountryBody:
    found = read.country
    regions = [
        RegionBody(name=each.name, sites=[_site(site) for site in each.sites])
        for each in found.regions
    ]
    return CountryBody(
        regions=regions,
        standings=dict(found.standings),
        critical=sum(site.critical for each in regions for site in each.sites),
        warning=sum(site.warning for each in regions for site in each.sites),
        certificates=CertificatesBody(**read.certificates._asdict()),
        usual_build=found.usual_build,
        builds=[BuildBody(**vars(each)) for each in found.builds],
    )


def _site(site: SiteStanding) -> SiteBody:
    heard = site.heard
    off = heard.clock_offset_ms
    told = {
        name: value
        for name, value in (heard.summary or {}).items()
        if name not in ("name", "region", "since")
    }
    return SiteBody.model_validate(
        {
            **told,
            "site": heard.site,
            "name": heard.word("name") or heard.site,
            "region": site.region,
            "standing": site.standing,
            "was": site.was,
            "since": site.since,
            "heard_at": heard.heard_at if site.standing is Standing.SILENT else None,
            "enrolled_at": heard.enrolled_at,
            "told": heard.summary is not None,
            "clock_off_s": round(off / 1000) if abs(off) > _CLOCK_TOLERATED_MS else None,
            "drifts": site.drifts,
            "certificates_today": heard.certificates_today,
        }
    )

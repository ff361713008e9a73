"""HTTP of the monitor: every machine of the site, how it stood, and what changes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from queue_server.core.desk import DeskOf
from queue_server.core.feed import Feed
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.api.views import (
    CentreView,
    HistoryBody,
    MonitorBody,
    ServerView,
    TroubleView,
    discovered_view,
    display_view,
    glance_view,
    kiosk_view,
    span_view,
)
from queue_server.fleet.services import history, overview
from queue_server.staff.api import AnyoneSignedIn

router = APIRouter()
MONITOR_PREFIXES = (
    "kiosk.changed",
    "kiosk.silent",
    "discovery.",
    "alert.",
    "maintenance.",
    "action.",
)
LONGEST_LOOK_H = 24 * 7


@router.get("/monitor", response_model=MonitorBody)
async def monitor(request: Request, desk: DeskOf, who: AnyoneSignedIn) -> MonitorBody:
    """How every machine of the site stands now."""
    live: Feed = request.app.state.feed

    until = _certificate_until(request)
    centre: Callable[[UnitOfWork, str], CentreView | None] | None
    centre = getattr(request.app.state, "centre", None)

    def read(uow: UnitOfWork, actor: Actor) -> MonitorBody:
        found = monitor_body(uow, actor.site, live.listeners, until)
        found.server.centre = centre(uow, actor.site) if centre is not None else None
        return found

    return await desk.look(who, read)


def monitor_body(
    uow: UnitOfWork, site: str, listeners: int, certificate_until: datetime | None
) -> MonitorBody:
    """How every machine of `site` stands now. `listeners`: open streams of this process."""
    fleet = overview.view(uow, site)
    return MonitorBody(
        server=ServerView(
            site=site,
            now=fleet.now,
            database="ok",
            event_id=uow.last_event_id(site),
            listeners=listeners,
            build=version("ventanilla"),
            certificate_until=certificate_until,
        ),
        glance=glance_view(fleet.glance),
        usual_build=fleet.build,
        troubles=[TroubleView(**vars(each)) for each in fleet.troubles],
        kiosks=[kiosk_view(each, fleet.now, fleet.build) for each in fleet.kiosks],
        displays=[display_view(each) for each in fleet.displays],
        discovered=[discovered_view(each) for each in fleet.discovered],
    )


def _certificate_until(request: Request) -> datetime | None:
    """When the server's certificate ends; None where it serves none."""
    ask: Callable[[], datetime | None] | None
    ask = getattr(request.app.state, "certificate_until", None)
    return ask() if ask is not None else None


@router.get("/monitor/history", response_model=HistoryBody)
async def monitor_history(
    desk: DeskOf,
    who: AnyoneSignedIn,
    hours: Annotated[int, Query(ge=1, le=LONGEST_LOOK_H)] = 24,
) -> HistoryBody:
    """How every kiosk, device and journey stood in the last `hours`."""

    def read(uow: UnitOfWork, actor: Actor) -> HistoryBody:
        since = uow.now - timedelta(hours=hours)
        found = history.spans(uow, actor.site, since)
        return HistoryBody(since=since, now=uow.now, spans=[span_view(each) for each in found])

    return await desk.look(who, read)


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
    stream = live.stream(
        site, start, lambda kind: kind.startswith(MONITOR_PREFIXES), welcome=desk.still(who)
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

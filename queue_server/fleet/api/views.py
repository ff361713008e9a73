"""What the monitor is told: the bodies, and how each is made of what is known."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from devices.status import Action, DeviceState
from queue_server.fleet.model.devices import DeviceReport, Verdict, part_verdict
from queue_server.fleet.model.discovery import Standing, Tie
from queue_server.fleet.model.glance import Glance, SiteGlance
from queue_server.fleet.model.heartbeat import Heartbeat, Presence
from queue_server.fleet.model.history import Span, Subject
from queue_server.fleet.services import overview


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


class SupplyView(BaseModel):
    """One supply. `days_left`: null while nobody knows how fast it is used."""

    device: str
    name: str
    unit: str
    count: int | None
    capacity: int | None
    fills: bool
    left: int | None
    days_left: float | None


class JourneyView(BaseModel):
    """One journey at one kiosk; `obstacle` "" where it can be finished."""

    journey: str
    name: str
    obstacle: str


class VitalsView(BaseModel):
    """The machine itself."""

    temperature_c: float | None
    disk_free_mb: int | None
    disk_percent: int | None
    clock_offset_ms: int | None


class KioskView(BaseModel):
    """One kiosk with a credential. Heartbeat fields are null when it was never heard of.

    `drifts`: it runs another build than most do. `up_to_date`: nothing it told before is missing.
    """

    name: str
    standing: Standing
    presence: Presence
    heard_s: float | None
    boot_id: str | None = None
    session: str | None = None
    sequence: int | None = None
    build: str | None = None
    drifts: bool = False
    screen: str | None = None
    unsent: int | None = None
    oldest_unsent_s: int | None = None
    devices: list[DeviceView] = []
    supplies: list[SupplyView] = []
    journeys: list[JourneyView] = []
    counters: dict[str, int] = {}
    vitals: VitalsView | None = None
    notes: list[str] = []


class DiscoveredView(BaseModel):
    """One instance seen on the LAN: a hint, written by whoever sent it."""

    instance: str
    role: str
    host: str
    addresses: list[str]
    port: int
    properties: dict[str, str]
    services: list[str]
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    moved_from: list[str]
    moved_at: datetime | None
    standing: Standing | None
    tie: Tie
    twice: bool


class DisplayView(BaseModel):
    """One display that was admitted; `live` while its connection stands."""

    name: str
    live: bool
    connected_at: datetime | None
    gone_at: datetime | None


class TroubleView(BaseModel):
    """One thing to look at; without a device the kiosk itself is silent."""

    kiosk: str
    device: str | None
    verdict: Verdict


class MissingView(BaseModel):
    """Where a journey cannot be finished, and why."""

    kiosk: str
    why: str


class JourneyGlanceView(BaseModel):
    """One journey over the whole site."""

    journey: str
    name: str
    at: list[str]
    missing: list[MissingView]


class GlanceView(BaseModel):
    """Whether people can be served: `all`, `some`, `none`, or `empty` without any kiosk."""

    word: Glance
    serving: int
    kiosks: int
    journeys: list[JourneyGlanceView]


class CentreView(BaseModel):
    """The line to the hub of all sites. `told`: it holds what there is; `behind`: it hears us and
    is being told the rest; `away`: not heard since `since`; `refused`: it would not take what it
    was told; `not_enrolled`, `shut_out`: nobody there has let this site in (any more)."""

    standing: Literal["told", "behind", "away", "refused", "not_enrolled", "shut_out"]
    since: datetime


class ServerView(BaseModel):
    """The server itself. That it answers means that its database reads. `centre`: null where no
    hub is configured."""

    site: str
    now: datetime
    database: str
    event_id: int
    listeners: int
    build: str
    certificate_until: datetime | None
    centre: CentreView | None = None


class MonitorBody(BaseModel):
    """What was discovered, what is known, what is broken, and the server itself."""

    server: ServerView
    glance: GlanceView
    usual_build: str | None
    troubles: list[TroubleView]
    kiosks: list[KioskView]
    displays: list[DisplayView]
    discovered: list[DiscoveredView]


class SpanView(BaseModel):
    """How one thing of a kiosk stood from `since` to `until` (null: it still does)."""

    kiosk: str
    subject: Subject
    name: str
    state: str
    verdict: Verdict
    why: str
    since: datetime
    until: datetime | None


class HistoryBody(BaseModel):
    """States since `since`, by time."""

    since: datetime
    now: datetime
    spans: list[SpanView]


def kiosk_view(kiosk: overview.KioskView, now: datetime, usual: str | None) -> KioskView:
    """One kiosk as the page takes it."""
    heard = kiosk.received_at and max(0.0, (now - kiosk.received_at).total_seconds())
    start = KioskView(
        name=kiosk.name, standing=kiosk.standing, presence=kiosk.presence, heard_s=heard
    )
    beat = kiosk.heartbeat
    if beat is None:
        return start
    return start.model_copy(
        update={
            "boot_id": beat.boot_id,
            "session": beat.run,
            "sequence": beat.sequence,
            "build": beat.build,
            "drifts": beat.build != usual,
            "screen": beat.screen,
            "unsent": beat.unsent,
            "oldest_unsent_s": beat.oldest_unsent_s,
            "devices": [_device(each) for each in beat.devices],
            "supplies": _supplies(beat, kiosk),
            "journeys": [JourneyView(**vars(each)) for each in beat.journeys or ()],
            "counters": dict(beat.counters),
            "vitals": VitalsView(**vars(beat.vitals)),
            "notes": list(beat.notes or ()),
        }
    )


def _supplies(beat: Heartbeat, kiosk: overview.KioskView) -> list[SupplyView]:
    return [
        SupplyView(
            **vars(each), left=each.left, days_left=kiosk.days_left.get((each.device, each.name))
        )
        for each in beat.supplies or ()
    ]


def _device(report: DeviceReport) -> DeviceView:
    return DeviceView(
        name=report.name,
        kind=report.kind,
        model=report.model,
        device=report.device,
        parts=[
            PartView(name=name, word=word, verdict=part_verdict(word, name))
            for name, word in sorted(report.parts.items())
        ],
        action=report.action,
        detail=report.detail,
        verdict=report.verdict,
    )


def discovered_view(sighting: overview.Sighting) -> DiscoveredView:
    """One thing on the LAN as the page takes it."""
    seen, instance = sighting.seen, sighting.seen.instance
    return DiscoveredView(
        instance=instance.name,
        role=instance.role,
        host=instance.host,
        addresses=list(instance.addresses),
        port=instance.port,
        properties=dict(instance.properties),
        services=list(seen.services),
        first_seen=seen.first_seen,
        last_seen=seen.last_seen,
        gone_at=seen.gone_at,
        moved_from=list(seen.moved_from),
        moved_at=seen.moved_at,
        standing=sighting.standing,
        tie=sighting.tie,
        twice=sighting.twice,
    )


def display_view(display: overview.DisplayView) -> DisplayView:
    """One display as the page takes it."""
    link = display.link
    return DisplayView(
        name=link.name, live=display.live, connected_at=link.connected_at, gone_at=link.gone_at
    )


def glance_view(found: SiteGlance) -> GlanceView:
    """The site at a glance as the page takes it."""
    return GlanceView(
        word=found.word,
        serving=found.serving,
        kiosks=found.kiosks,
        journeys=[
            JourneyGlanceView(
                journey=each.journey,
                name=each.name,
                at=list(each.at),
                missing=[MissingView(kiosk=no.kiosk, why=no.why) for no in each.missing],
            )
            for each in found.journeys
        ],
    )


def span_view(span: Span) -> SpanView:
    """One span as the page takes it."""
    return SpanView(
        kiosk=span.kiosk,
        subject=span.fact.subject,
        name=span.fact.name,
        state=span.fact.state,
        verdict=span.fact.verdict,
        why=span.fact.why,
        since=span.since,
        until=span.until,
    )

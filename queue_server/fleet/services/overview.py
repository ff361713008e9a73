"""All of a site's machines at one instant, for the monitor and for the alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from queue_server.core.clock import local_day
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model.devices import Verdict
from queue_server.fleet.model.discovery import (
    InstanceRole,
    Standing,
    Tie,
    claimed_twice,
    standings,
    tie,
)
from queue_server.fleet.model.glance import Seen, SiteGlance, glance
from queue_server.fleet.model.heartbeat import Heartbeat, Presence, presence
from queue_server.fleet.model.supplies import days_left
from queue_server.fleet.services import heartbeats, sightings
from queue_server.fleet.services.sightings import DisplayLink, Sighted
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

# A display's connection is written down every 15 s; after this the process that kept it is dead.
DISPLAY_SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class Sighting:
    """Something on the LAN, and how it stands to us. `twice`: another says it has the same code."""

    seen: Sighted
    standing: Standing | None
    tie: Tie
    twice: bool

    @property
    def instance(self):
        """What was seen."""
        return self.seen.instance

    @property
    def gone_at(self) -> datetime | None:
        """When it left."""
        return self.seen.gone_at

    @property
    def first_seen(self) -> datetime:
        """When it was first seen."""
        return self.seen.first_seen

    @property
    def last_seen(self) -> datetime:
        """When it was last seen."""
        return self.seen.last_seen


@dataclass(frozen=True)
class DisplayView:
    """A display and whether its connection lives."""

    link: DisplayLink
    live: bool


@dataclass(frozen=True)
class KioskView:
    """A kiosk that holds a credential, with all that is known of it if it was ever heard.

    `days_left`: (device, supply) -> days its supply will do; without an entry nobody knows yet.
    """

    name: str
    standing: Standing
    presence: Presence
    received_at: datetime | None
    heartbeat: Heartbeat | None
    days_left: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Trouble:
    """One thing a person should look at. `device` is None when the kiosk itself is silent."""

    kiosk: str
    device: str | None
    verdict: Verdict


@dataclass(frozen=True)
class FleetView:
    """All of a site's machines at the instant `now`. `build`: what most kiosks run."""

    now: datetime
    glance: SiteGlance
    discovered: Sequence[Sighting]
    displays: Sequence[DisplayView]
    kiosks: Sequence[KioskView]
    troubles: Sequence[Trouble]
    build: str | None


def view(uow: UnitOfWork, site: str) -> FleetView:
    """How every machine of the site stands now."""
    known = credentials.known_devices(uow, site, Role.KIOSK)
    seen = sightings.sighted(uow, site)
    visible = [
        each.instance
        for each in seen
        if each.instance.role is InstanceRole.KIOSK and each.gone_at is None
    ]
    stands = standings(known, [each.device_name for each in visible])
    twice = claimed_twice(visible)
    kiosks = _kiosks(uow, site, known, stands)
    return FleetView(
        uow.now,
        glance([Seen(each.name, each.presence, each.heartbeat) for each in kiosks]),
        [_sighting(each, site, known, stands, twice) for each in seen],
        displays(uow, site),
        kiosks,
        _troubles(kiosks),
        _usual_build(kiosks),
    )


def _sighting(
    seen: Sighted,
    site: str,
    known: list[str],
    stands: Mapping[str, Standing],
    twice: frozenset[str],
) -> Sighting:
    """Without a standing: what is no kiosk, and a stranger's kiosk that is no longer there."""
    name, is_kiosk = seen.instance.device_name, seen.instance.role is InstanceRole.KIOSK
    return Sighting(
        seen,
        stands.get(name) if is_kiosk else None,
        tie(seen.instance, site, known),
        is_kiosk and seen.gone_at is None and name in twice,
    )


def displays(uow: UnitOfWork, site: str) -> list[DisplayView]:
    """The displays that were admitted, and whether the connection of each lives."""
    return [
        DisplayView(
            each,
            each.seen_at is not None
            and each.gone_at is None
            and uow.now - each.seen_at < DISPLAY_SILENT,
        )
        for each in sightings.displays(uow, site)
    ]


def _kiosks(
    uow: UnitOfWork, site: str, known: list[str], stands: Mapping[str, Standing]
) -> list[KioskView]:
    kept, use = heartbeats.all_kept(uow, site), heartbeats.use_of(uow, site)
    today = local_day(uow.now, heartbeats.ZONE)
    found = []
    for name in known:
        there = kept.get(name)
        beat = there.held.beat if there else None
        lasting = {
            (each.device, each.name): days
            for each in (beat.supplies if beat else None) or ()
            if (days := days_left(each.left, use.get((name, each.device, each.name), {}), today))
            is not None
        }
        heard = there.received_at if there else None
        found.append(KioskView(name, stands[name], presence(heard, uow.now), heard, beat, lasting))
    return found


def _usual_build(kiosks: Sequence[KioskView]) -> str | None:
    """What most of them run; of two equally frequent ones the newer name."""
    builds = [each.heartbeat.build for each in kiosks if each.heartbeat]
    return max(builds, key=lambda each: (builds.count(each), each), default=None)


def _troubles(kiosks: Sequence[KioskView]) -> list[Trouble]:
    """Silent kiosks, and what the others report; what a silent one said last counts no more."""
    found = []
    for kiosk in kiosks:
        if kiosk.presence is Presence.OFFLINE:
            found.append(Trouble(kiosk.name, None, Verdict.BROKEN))
        elif kiosk.heartbeat is not None:
            found += [
                Trouble(kiosk.name, device.name, device.verdict)
                for device in kiosk.heartbeat.devices
                if device.verdict is not Verdict.FINE
            ]
    return sorted(found, key=lambda each: each.verdict is not Verdict.BROKEN)

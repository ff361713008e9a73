"""Looks at every site again and again, and lets the rules decide what people have to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from queue_server.core import outbox
from queue_server.core.audit_state import ChainState, begun_at, chain_state
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.alert_conditions import Facts, KioskFacts
from queue_server.fleet.model.alert_engine import Changed, Tracks, step
from queue_server.fleet.model.alert_rules import RuleBook
from queue_server.fleet.model.discovery import claimed_twice
from queue_server.fleet.services import alerts, heartbeats, overview, sightings
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

LOOK_EVERY_S = 5.0


@dataclass(frozen=True)
class Probes:
    """What is asked of others than the database. None: there is no such thing here, or nobody can
    say. `certificate_until`: when the server's certificate ends."""

    backend_up: Callable[[], bool | None] = lambda: None
    certificate_until: Callable[[], datetime | None] = lambda: None


class Alerting:
    """Knows what stood at the last look; an engine that starts anew reads what is open."""

    def __init__(
        self,
        database: Database,
        book: RuleBook,
        sites: Callable[[UnitOfWork], list[str]],
        probes: Probes | None = None,
    ) -> None:
        self._database = database
        self._book = book
        self._sites = sites
        self._probes = probes or Probes()
        self._tracks: dict[str, Tracks] = {}

    def turn(self) -> bool:
        """Look once at every site."""
        for site in self._database.read(self._sites):
            self.look(site)
        return False

    def look(self, site: str) -> list[Changed]:
        """Look once at `site`; what changed."""
        before = self._tracks.get(site)
        if before is None:
            before = self._database.read(lambda uow: alerts.open_tracks(uow, site))

        def decide(uow: UnitOfWork) -> tuple[Tracks, list[Changed]]:
            return step(self._book, before, facts(uow, site, self._probes), uow.now)

        after, changed = self._database.read(decide)
        if changed:
            actor = Actor(site, "job", "alerts")
            self._database.run(lambda uow: alerts.write(uow, actor, self._book, changed))
        self._tracks[site] = after
        return changed


def facts(uow: UnitOfWork, site: str, probes: Probes) -> Facts:
    """Everything the rules look at, of one instant."""
    left, until = outbox.backlog(uow, site), probes.certificate_until()
    chain = chain_state(uow, site)
    return Facts(
        kiosks=_kiosks(uow, site),
        backend_up=probes.backend_up(),
        backlog_s=_seconds(uow.now - left.oldest) if left.oldest else None,
        certificate_days=_seconds(until - uow.now) / 86400 if until else None,
        anchor_age_s=_anchor_age(uow, site, chain),
        chain_fault=chain.fault,
        codes_twice=_twice(uow, site),
        displays_gone=_displays_gone(uow, site),
        maintained=frozenset(each.kiosk for each in alerts.maintained(uow, site)),
    )


def _seconds(lasted: timedelta) -> float:
    return lasted.total_seconds()


def _anchor_age(uow: UnitOfWork, site: str, chain: ChainState) -> float | None:
    """How long the chain's head has not been written down outside: also where it never was, since
    its first event. None: nothing was recorded yet."""
    since = chain.anchored_at or begun_at(uow, site)
    return None if since is None else _seconds(uow.now - since)


def _kiosks(uow: UnitOfWork, site: str) -> tuple[KioskFacts, ...]:
    """One that was shut out is no concern any more."""
    known = set(credentials.known_devices(uow, site, Role.KIOSK))
    kept: Mapping[str, heartbeats.Kept] = heartbeats.all_kept(uow, site)
    return tuple(
        KioskFacts(name, each.online, each.held.beat)
        for name, each in sorted(kept.items())
        if name in known
    )


def _twice(uow: UnitOfWork, site: str) -> frozenset[str]:
    seen = sightings.sighted(uow, site)
    return claimed_twice(each.instance for each in seen if each.gone_at is None)


def _displays_gone(uow: UnitOfWork, site: str) -> frozenset[str]:
    return frozenset(
        each.link.name
        for each in overview.displays(uow, site)
        if each.link.connected_at is not None and not each.live
    )

"""Judges by the server's clock which kiosks fell silent."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.heartbeat import OFFLINE_AFTER
from queue_server.fleet.services import heartbeats
from queue_server.fleet.services.heartbeats import LastHeard

WATCH_EVERY_S = 2.0
# Between two looks the clocks of wall and machine may drift apart by less than this, and no more
# than this may pass: else the machine slept, was busy or was set, and nobody can be blamed.
TOLERANCE = timedelta(seconds=5)


class SilenceWatch:
    """Looks at one site again and again; a kiosk is offline when it was silent for `OFFLINE_AFTER`
    while this looked on. What happened while the server itself was away says nothing of kiosks."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since: datetime | None = None
        self._looked: tuple[datetime, float] | None = None

    def look(self, uow: UnitOfWork, site: str) -> list[LastHeard]:
        """Kiosks that are to be judged offline now; reads only."""
        until = uow.now - OFFLINE_AFTER
        watched = self._watched_since(uow.now) <= until
        return heartbeats.unheard(uow, site, until) if watched else []

    def _watched_since(self, now: datetime) -> datetime:
        at = self._monotonic()
        before, self._looked = self._looked, (now, at)
        if before is not None and self._since is not None:
            passed, really = now - before[0], timedelta(seconds=at - before[1])
            if abs(passed - really) <= TOLERANCE and really <= TOLERANCE:
                return self._since
        self._since = now
        return now


def judge(uow: UnitOfWork, site: str, silent: list[LastHeard]) -> list[LastHeard]:
    """Write down that these are offline, but for those that were heard meanwhile."""
    uow.lock_site(site)
    still = [each for each in heartbeats.unheard(uow, site, uow.now) if each in silent]
    heartbeats.went_silent(uow, Actor(site, "job", "fleet watch"), still)
    return still


class FleetWatch:
    """The watch over every site of this server, for the jobs process."""

    def __init__(self, database: Database, sites: Callable[[UnitOfWork], list[str]]) -> None:
        self._database = database
        self._sites = sites
        self._watches: dict[str, SilenceWatch] = {}

    def turn(self) -> bool:
        """Look once at every site."""
        for site in self._database.read(self._sites):
            watch = self._watches.setdefault(site, SilenceWatch())
            silent = self._database.read(lambda uow, w=watch, s=site: w.look(uow, s))
            if silent:
                self._database.run(lambda uow, s=site, m=silent: judge(uow, s, m))
        return False

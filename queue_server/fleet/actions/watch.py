"""Closes actions that nobody reports on, and forgets what was kept long enough."""

from collections.abc import Callable

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.actions import service

WATCH_EVERY_S = 2.0


class ActionWatch:
    """Looks at every site of this server, for the jobs process."""

    def __init__(self, database: Database, sites: Callable[[UnitOfWork], list[str]]) -> None:
        self._database = database
        self._sites = sites

    def turn(self) -> bool:
        """Look once; a unit a kiosk, since each has its event."""
        for site in self._database.read(self._sites):
            for kiosk in self._database.read(lambda uow, s=site: service.overdue(uow, s)):
                job = Actor(site, "job", "action watch")
                self._database.run(lambda uow, j=job, k=kiosk: service.give_up(uow, j, k))
        return False

    def forget(self) -> bool:
        """Delete what was kept long enough."""
        return self._database.run(service.forget) > 0

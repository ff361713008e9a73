"""The hub's background process: keeps what sites told, gives up what none came for."""

from collections.abc import Callable

from queue_server.config import ServerConfig
from queue_server.core.bell import Bell
from queue_server.core.db import Database
from queue_server.core.leases import Leases
from queue_server.core.repeating import Job, Running, told_to_stop
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.housekeeping import housekeeping
from queue_server.hub.services import keeping, orders
from queue_server.turns.services.rules import site_codes
from queue_server.turns.services.site import load_site

ORDERS_EVERY_S = 20.0
# What the pages of accounts and audit say they belong to; a hub has neither services nor windows.
NAMED = {"name": "Centro de control", "zone": "America/Lima", "services": [], "counters": []}


def run_hub_jobs(config: ServerConfig, database: Database, ready: Callable[[], None]) -> None:
    """Run every job until SIGTERM or SIGINT. `ready` is called once all of them have started."""
    stop = told_to_stop()
    database.run(lambda uow: _named(uow, config.site))
    jobs = [
        Job("forget what sites told", 3600.0, lambda: database.run(keeping.forget)),
        Job("late orders", ORDERS_EVERY_S, lambda: _gave_up(config, database)),
        *housekeeping(config, database, Bell()),
    ]
    running = Running(jobs, Leases(database))
    running.start()
    ready()
    stop.wait()
    running.end()


def _named(uow: UnitOfWork, hub: str) -> None:
    if hub not in site_codes(uow):
        load_site(uow, Actor(hub, "jobs", "hub"), NAMED)


def _gave_up(config: ServerConfig, database: Database) -> bool:
    return database.run(lambda uow: orders.expire(uow, config.site)) > 0

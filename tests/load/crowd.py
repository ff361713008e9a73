"""Sites with many counters and many people waiting, made for measuring."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff.api import COOKIE
from queue_server.staff.model import Role
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.passwords import NOBODY
from queue_server.staff.services.sessions import open_session
from queue_server.turns import tables
from queue_server.turns.services.queries import today
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.site import load_site
from tests.load.client import Client
from tests.support.site import Site

COUNTERS = 8
SERVICE = "information"


def rows(name: str) -> dict[str, Any]:
    """A site with eight counters that serve everything."""
    services = [
        {"code": SERVICE, "name": "Información", "series": "I"},
        {"code": "review", "name": "Revisión", "series": "R"},
        {"code": "conduct", "name": "Conducta", "series": "C"},
    ]
    codes = [each["code"] for each in services]
    counters = [
        {"code": f"W{number}", "name": f"Ventanilla {number}", "services": codes}
        for number in range(1, COUNTERS + 1)
    ]
    return {"name": name, "zone": "America/Lima", "services": services, "counters": counters}


def furnish(database: Database, site: str) -> None:
    """Configure `site` (a new or an existing one) with eight counters."""
    database.run(lambda uow: load_site(uow, Actor(site, "operator", "bench"), rows(site)))


def people_wait(database: Database, site: str, count: int) -> list[str]:
    """Put `count` people into the line, one second apart, in one transaction; their ids in order.

    Written past the services: 100,000 tickets would take minutes through them.
    """

    def fill(uow: UnitOfWork) -> list[str]:
        rules = site_rules(uow, site)
        day = today(uow, rules)
        ids = [str(uuid4()) for _ in range(count)]
        base: dict[str, Any] = {"site": site, "day": day}
        counters = tables.series_counters
        last = uow.connection.execute(
            counters.select().where(counters.c.site == site, counters.c.series == "I")
        ).one_or_none()
        first = last.last_number + 1 if last else 1
        arrivals = [uow.now - timedelta(seconds=count - place) for place in range(count)]
        visits = [{**base, "id": each, "created_at": uow.now} for each in ids]
        uow.connection.execute(tables.visits.insert(), visits)
        uow.connection.execute(
            tables.tickets.insert(),
            [
                {
                    **base,
                    "id": each,
                    "visit": each,
                    "service": SERVICE,
                    "queue_day": day,
                    "series": "I",
                    "number": first + place,
                    "attention_class": "general",
                    "then": [],
                    "state": "waiting",
                    "arrived_at": arrivals[place],
                    "due_at": arrivals[place],
                }
                for place, each in enumerate(ids)
            ],
        )
        uow.connection.execute(
            tables.periods.insert(),
            [
                {
                    "ticket": each,
                    "position": 1,
                    "from_state": "",
                    "state": "waiting",
                    "service": SERVICE,
                    "actor": "operator:bench",
                    "reason": "",
                    "started_at": arrivals[place],
                }
                for place, each in enumerate(ids)
            ],
        )
        _put(uow, counters, {**base, "series": "I"}, {"last_number": first + count - 1})
        line = {"site": site, "queue_day": day, "service": SERVICE, "attention_class": "general"}
        held = tables.line_counts
        known = uow.connection.execute(held.select().filter_by(**line)).one_or_none()
        _put(uow, held, line, {"people": (known.people if known else 0) + count})
        return ids

    return database.run(fill)


def _put(uow: UnitOfWork, table: Any, keys: dict[str, Any], values: dict[str, Any]) -> None:
    statement = uow.upsert(table).values(**keys, **values)
    uow.connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))


def operators(database: Database, site: str, port: int) -> list[Client]:
    """One signed-in operator a counter, each with a connection of its own."""
    return [
        Client(port, _signed_in(database, site, f"op{number}", f"http://127.0.0.1:{port}"))
        for number in range(1, COUNTERS + 1)
    ]


def _signed_in(database: Database, site: str, name: str, origin: str) -> dict[str, str]:
    """The headers of a browser in which `name` has signed in; nobody knows the password."""
    actor = Actor(site, "operator", "bench")
    new = NewAccount(name, name, Role.COUNTER, NOBODY, one_time=False)
    database.run(lambda uow: put_account(uow, actor, new))
    value = database.run(lambda uow: open_session(uow, site, name, NOBODY))
    return {"Cookie": f"{COOKIE}={value}", "Origin": origin}


def kiosks(site: Site, count: int) -> list[Client]:
    """`count` kiosks, each with a credential and a connection of its own."""
    return [
        Client(site.port, {"Authorization": f"Bearer {site.command('add-kiosk', f'K{number:02}')}"})
        for number in range(count)
    ]


def rss_mb(pid: int) -> float:
    """Resident memory of a process, MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)

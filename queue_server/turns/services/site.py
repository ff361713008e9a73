"""Load a site's rows of configuration: name, zone, rule, services, counters, pools, hours."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.services.counters import renew, serve

_SERVICE = {
    "kind": "turn",
    "kiosk_visible": True,
    "expected_minutes": 6,
    "opens": None,
    "closes": None,
    "daily_quota": None,
    "needs": "",
}
_SITE = (
    "strategy",
    "preferential_in_turn",
    "general_in_turn",
    "head_start_min",
    "no_show_returns",
    "no_show_delay_min",
    "leftover",
    "wait_alarm_min",
    "clock_limit_s",
    "complaints",
)


def load_site(uow: UnitOfWork, actor: Actor, rows: Mapping[str, Any]) -> None:
    """Insert or update the rows of `actor.site` from `rows` (the shape of deploy/site.toml).

    Services and counters that `rows` does not name are left alone: tickets may point to them.
    Raises KeyError for a missing key, Problem 422 for a key nobody knows.
    """
    site = actor.site
    uow.lock_site(site)
    _refuse_unknown(rows, {"name", "zone", "services", "counters", "pools", "hours", "closures",
                           "fees", *_SITE}, "site")  # fmt: skip
    settings = {name: rows[name] for name in _SITE if name in rows}
    put(uow, tables.sites, {"code": site, "name": rows["name"], "zone": rows["zone"], **settings})
    for position, service in enumerate(rows["services"]):
        _refuse_unknown(service, {"code", "name", "series", *_SERVICE}, service["code"])
        row = {**_SERVICE, **service, "site": site, "position": position}
        put(uow, tables.services, row)
    for counter in rows["counters"]:
        put(uow, tables.counters, {"site": site, "code": counter["code"], "name": counter["name"]})
        weights = counter.get("weights", {})
        serve(uow, site, counter["code"], {s: weights.get(s, 1) for s in counter["services"]})
    _load_pools(uow, site, rows.get("pools", []))
    _load_hours(uow, site, rows)
    renew(uow, site)
    uow.record(actor, "site.changed", what="site", code=site)


def put(uow: UnitOfWork, table: Any, row: dict[str, Any]) -> None:
    """Insert `row`, or update the one with its primary key."""
    keys = [column.name for column in table.primary_key]
    statement = uow.upsert(table).values(row)
    changes = {name: row[name] for name in row if name not in keys}
    uow.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))


def _load_pools(uow: UnitOfWork, site: str, pools: list[Mapping[str, Any]]) -> None:
    members = tables.pool_counters
    for pool in pools:
        put(uow, tables.pools, {"site": site, "code": pool["code"], "name": pool["name"]})
        uow.connection.execute(
            delete(members).where(members.c.site == site, members.c.pool == pool["code"])
        )
        rows = [{"site": site, "pool": pool["code"], "counter": each} for each in pool["counters"]]
        uow.connection.execute(insert(members), rows)


def _load_hours(uow: UnitOfWork, site: str, rows: Mapping[str, Any]) -> None:
    """`hours` names weekdays (0 is Monday); absent: the rows are left as they are."""
    if "hours" in rows:
        replace_hours(uow, site, rows["hours"])
    for closure in rows.get("closures", []):
        put(uow, tables.closures, {"opens": None, "closes": None, **closure, "site": site})


def replace_hours(uow: UnitOfWork, site: str, hours: list[Mapping[str, Any]]) -> None:
    """The opening hours of the site: rows of weekday(s), opens, closes, last_ticket (a time)."""
    openings = tables.openings
    uow.connection.execute(delete(openings).where(openings.c.site == site))
    rows = [
        {
            "site": site,
            "weekday": weekday,
            "opens": each["opens"],
            "closes": each["closes"],
            "last_ticket": each.get("last_ticket", each["closes"]),
        }
        for each in hours
        for weekday in each["weekdays"]
    ]
    if rows:
        uow.connection.execute(insert(openings), rows)


def _refuse_unknown(rows: Mapping[str, Any], known: set[str], where: str) -> None:
    strange = sorted(set(rows) - known)
    if strange:
        words = f"{where}: no se conoce la clave {strange[0]!r}; revise el archivo."
        raise Problem(422, "unknown_key", words)

"""Load a site's rows of configuration: name, zone, rule, services, counters, pools, hours."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.services.counters import renew, serve
from queue_server.turns.services.rows import put
from queue_server.turns.services.service_words import put_drafts, spanish_of

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
        _load_service(uow, actor, position, service)
    for counter in rows["counters"]:
        put(uow, tables.counters, {"site": site, "code": counter["code"], "name": counter["name"]})
        weights = counter.get("weights", {})
        serve(uow, site, counter["code"], {s: weights.get(s, 1) for s in counter["services"]})
    _load_pools(uow, site, rows.get("pools", []))
    _load_hours(uow, site, rows)
    renew(uow, site)
    uow.record(actor, "site.changed", what="site", code=site)


def _load_service(uow: UnitOfWork, actor: Actor, position: int, given: Mapping[str, Any]) -> None:
    """`words` in the file: language -> name and needs; absent: they are left as they are."""
    _refuse_unknown(given, {"code", "name", "series", "words", *_SERVICE}, given["code"])
    row = {**_SERVICE, **given, "site": actor.site, "position": position}
    drafts = row.pop("words", {})
    for language, draft in drafts.items():
        _refuse_unknown(draft, {"name", "needs"}, f"{given['code']}.words.{language}")
    before = spanish_of(uow, actor.site, row["code"])
    put(uow, tables.services, row)
    changed = before is not None and before != (row["name"], row["needs"])
    put_drafts(uow, actor, row["code"], drafts, spanish_changed=changed)


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

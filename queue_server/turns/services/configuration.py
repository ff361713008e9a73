"""The whole configuration of a site as an administrator edits it, retired rows too."""

from collections import defaultdict
from datetime import date, time
from typing import Any

from sqlalchemy import Table, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.service_words import words_of_services


def configuration(uow: UnitOfWork, site: str) -> dict[str, Any]:
    """JSON of every row; `version` is what a change has to name. Raises Problem 503."""
    rules = site_rules(uow, site)
    return {
        "version": rules.version,
        "now": uow.now.isoformat(),
        "event_id": uow.last_event_id(site),
        "site": _settings(uow, site),
        "services": _services(uow, site),
        "counters": _counters(uow, site),
        "pools": _pools(uow, site),
        "hours": _rows(uow, site, tables.openings, "weekday", "opens"),
        "closures": _rows(uow, site, tables.closures, "day"),
        "announcements": _rows(uow, site, tables.announcements, "first_day", "id"),
        "operators": _operators(uow, site),
    }


def _settings(uow: UnitOfWork, site: str) -> dict[str, Any]:
    row = uow.connection.execute(select(tables.sites).where(tables.sites.c.code == site)).one()
    return {name: value for name, value in row._mapping.items() if name != "version"}


def _rows(uow: UnitOfWork, site: str, table: Table, *order: str) -> list[dict[str, Any]]:
    query = select(table).where(table.c.site == site).order_by(*(table.c[name] for name in order))
    return [
        {name: _plain(value) for name, value in row._mapping.items() if name != "site"}
        for row in uow.connection.execute(query)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _services(uow: UnitOfWork, site: str) -> list[dict[str, Any]]:
    words = words_of_services(uow, site)
    return [
        {**row, "words": {code: vars(said) for code, said in words.get(row["code"], {}).items()}}
        for row in _rows(uow, site, tables.services, "position", "code")
    ]


def _counters(uow: UnitOfWork, site: str) -> list[dict[str, Any]]:
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(uow, site, tables.counter_services, "service"):
        weights[row["counter"]][row["service"]] = row["weight"]
    names = ("code", "name", "retired", "state", "operator")
    return [
        {**{name: row[name] for name in names}, "services": weights[row["code"]]}
        for row in _rows(uow, site, tables.counters, "code")
    ]


def _pools(uow: UnitOfWork, site: str) -> list[dict[str, Any]]:
    members: dict[str, list[str]] = defaultdict(list)
    for row in _rows(uow, site, tables.pool_counters, "counter"):
        members[row["pool"]].append(row["counter"])
    return [
        {**row, "counters": members[row["code"]]} for row in _rows(uow, site, tables.pools, "code")
    ]


def _operators(uow: UnitOfWork, site: str) -> dict[str, dict[str, int]]:
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(uow, site, tables.operator_services, "operator", "service"):
        weights[row["operator"]][row["service"]] = row["weight"]
    return dict(weights)

"""The configuration of a site, remembered by the process until its version changes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Table, bindparam, select

from queue_server.core.prepared import Prepared
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.hours import Closure, Opening
from queue_server.turns.model.rule import Rule, Strategy
from queue_server.turns.model.service_words import ServiceWords
from queue_server.turns.model.site import Counter, Leftover, Service, SiteRules
from queue_server.turns.services.service_words import words_of_services

_SITE = Prepared(select(tables.sites).where(tables.sites.c.code == bindparam("site")))


def site_rules(uow: UnitOfWork, site: str) -> SiteRules:
    """Everything configured for `site`. Raises Problem 503 before `load-site`."""
    seen: SiteRules | None = uow.seen.get(site)
    if seen is not None:
        return seen
    row = _SITE.one_or_none(uow.connection, {"site": site})
    if row is None:
        words = f"El módulo {site} aún no está configurado; ejecute `load-site` en el servidor."
        raise Problem(503, "site_not_loaded", words)
    known: SiteRules | None = uow.memory.get(f"turns.rules:{site}")
    if known is None or known.version != row.version:
        known = _read(uow, row)
        if not uow.seen.get(f"renewed:{site}"):
            uow.memory[f"turns.rules:{site}"] = known
    uow.seen[site] = known
    return known


def remember_sites(uow: UnitOfWork) -> None:
    """Read what is configured for every site now, so that nobody's first request waits for it."""
    for site in site_codes(uow):
        site_rules(uow, site)


def site_codes(uow: UnitOfWork) -> list[str]:
    """Every site of this database."""
    sites = tables.sites
    return list(uow.connection.execute(select(sites.c.code).order_by(sites.c.code)).scalars())


def _read(uow: UnitOfWork, site: Row[Any]) -> SiteRules:
    return SiteRules(
        code=site.code,
        name=site.name,
        zone=site.zone,
        version=site.version,
        rule=Rule(
            Strategy(site.strategy),
            site.preferential_in_turn,
            site.general_in_turn,
            site.head_start_min,
        ),
        no_show_returns=site.no_show_returns,
        no_show_delay_min=site.no_show_delay_min,
        leftover=Leftover(site.leftover),
        wait_alarm_min=site.wait_alarm_min,
        clock_limit_s=site.clock_limit_s,
        complaints=site.complaints,
        services=_services(uow, site),
        counters=_counters(uow, site),
        pools={row.code: row.name for row in _rows(uow, site, tables.pools, "code")},
        operator_weights=_operator_weights(uow, site),
        openings=tuple(
            Opening(row.weekday, row.opens, row.closes, row.last_ticket)
            for row in _rows(uow, site, tables.openings, "weekday", "opens")
        ),
        closures=tuple(
            Closure(row.day, row.name, row.opens, row.closes)
            for row in _rows(uow, site, tables.closures, "day")
        ),
    )


def _rows(uow: UnitOfWork, site: Row[Any], table: Table, *order: str) -> list[Row[Any]]:
    query = select(table).where(table.c.site == site.code).order_by(*(table.c[o] for o in order))
    if "retired" in table.c:
        query = query.where(~table.c.retired)
    return list(uow.connection.execute(query))


def _services(uow: UnitOfWork, site: Row[Any]) -> dict[str, Service]:
    words = words_of_services(uow, site.code)
    rows = _rows(uow, site, tables.services, "position")
    return {row.code: _service(row, words.get(row.code, {})) for row in rows}


def _service(row: Row[Any], words: Mapping[str, ServiceWords]) -> Service:
    return Service(
        code=row.code,
        name=row.name,
        series=row.series,
        kind=row.kind,
        kiosk_visible=row.kiosk_visible,
        expected_minutes=row.expected_minutes,
        opens=row.opens,
        closes=row.closes,
        daily_quota=row.daily_quota,
        needs=row.needs,
        words=words,
    )


def _counters(uow: UnitOfWork, site: Row[Any]) -> dict[str, Counter]:
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(uow, site, tables.counter_services, "service"):
        weights[row.counter][row.service] = row.weight
    members: dict[str, list[str]] = defaultdict(list)
    for row in _rows(uow, site, tables.pool_counters, "pool"):
        members[row.counter].append(row.pool)
    return {
        row.code: Counter(row.code, row.name, weights[row.code], tuple(members[row.code]))
        for row in _rows(uow, site, tables.counters, "code")
    }


def _operator_weights(uow: UnitOfWork, site: Row[Any]) -> dict[str, dict[str, int]]:
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows(uow, site, tables.operator_services, "service"):
        weights[row.operator][row.service] = row.weight
    return dict(weights)

"""Reading what the sites told: the country from summaries alone, one site with all it told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, extract, func, select

from queue_server.core.clock import local_day
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.model.country import (
    ZONE,
    Country,
    Heard,
    Month,
    SiteMonth,
    SiteStanding,
    country,
    department,
    first_month,
    months,
    site_standing,
)
from queue_server.hub.tables import hub_anchors, hub_days, hub_events, hub_orders, hub_sites
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

EVENTS_SHOWN = 25
ORDERS_SHOWN = 30
_S, _D, _E, _A, _O = (
    hub_sites.c,
    hub_days.c,
    hub_events.c,
    hub_anchors.c,
    hub_orders.c,
)


class Certificates(NamedTuple):
    """How many, today and since the first of the month, by the centre's calendar."""

    today: int
    month: int


@dataclass(frozen=True)
class Read:
    """The country as it was read at `now`."""

    now: datetime
    country: Country
    certificates: Certificates


@dataclass(frozen=True)
class Anchor:
    """The newest head of a site's audit chain that stands here."""

    id: int
    at: datetime


@dataclass(frozen=True)
class OneSite:
    """A site with all it told. `enrolled`: it holds a credential now."""

    now: datetime
    standing: SiteStanding
    enrolled: bool
    last_event: int
    state_at: datetime | None
    state: Mapping[str, Any] | None
    anchor: Anchor | None


@dataclass(frozen=True)
class Event:
    """One row of a site's log, as it told it."""

    id: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class OrderRow:
    """Something a kiosk of a site shall do, and how far it is."""

    id: str
    kiosk: str
    kind: str
    arguments: Mapping[str, Any]
    state: str
    detail: str
    ordered_by: str
    ordered_at: datetime
    valid_until: datetime
    changed_at: datetime


def read_country(uow: UnitOfWork, hub: str) -> Read:
    """Every enrolled site. The states themselves are not read."""
    now, today = uow.now, local_day(uow.now, ZONE)
    issued = _issued(uow, today)
    rows = uow.connection.execute(
        select(_S.site, _S.heard_at, _S.clock_offset_ms, _S.summary)
    ).all()
    told = {row.site: row for row in rows}
    found: list[Heard] = []
    for device in credentials.devices(uow, hub, Role.SITE):
        row, sold = told.get(device.name), issued.get(device.name, Certificates(0, 0))
        heard = Heard(device.name, device.created_at, certificates_today=sold.today)
        if row is not None:
            heard = Heard(
                device.name,
                device.created_at,
                row.heard_at,
                row.clock_offset_ms,
                row.summary,
                sold.today,
            )
        found.append(heard)
    total = Certificates(
        sum(each.today for each in issued.values()), sum(each.month for each in issued.values())
    )
    return Read(now, country(found, now), total)


def _issued(uow: UnitOfWork, today: date) -> dict[str, Certificates]:
    """Certificates of each site; one that was retired sold its own all the same."""
    rows = uow.connection.execute(
        select(
            _D.site,
            func.sum(case((_D.day == today, _D.certificates), else_=0)).label("today"),
            func.sum(_D.certificates).label("month"),
        )
        .where(_D.day.between(today.replace(day=1), today))
        .group_by(_D.site)
    )
    return {row.site: Certificates(int(row.today), int(row.month)) for row in rows}


def read_months(uow: UnitOfWork) -> list[Month]:
    """Certificates of the last two years by month and department."""
    today = local_day(uow.now, ZONE)
    year, month = extract("year", _D.day), extract("month", _D.day)
    rows = uow.connection.execute(
        select(
            _D.site,
            year.label("year"),
            month.label("month"),
            func.sum(_D.certificates).label("certificates"),
        )
        .where(_D.day.between(first_month(today), today))
        .group_by(_D.site, year, month)
    )
    counted = [
        SiteMonth(row.site, int(row.year), int(row.month), int(row.certificates)) for row in rows
    ]
    return months(counted, _regions(uow), today)


def _regions(uow: UnitOfWork) -> dict[str, str]:
    rows = uow.connection.execute(select(_S.site, _S.summary))
    return {row.site: department(str((row.summary or {}).get("region", ""))) for row in rows}


def name_of(uow: UnitOfWork, hub: str, site: str) -> str:
    """What people call `site`. Raises Problem 404 when nobody knows it here."""
    rows = uow.connection.execute(select(_S.summary).where(_S.site == site)).all()
    if not rows and site not in credentials.known_devices(uow, hub, Role.SITE):
        raise _unknown()
    told = rows[0].summary if rows else None
    return str((told or {}).get("name") or site)


def _unknown() -> Problem:
    return Problem(404, "unknown_site", "Este módulo no está inscrito; vea la lista del país.")


def read_site(uow: UnitOfWork, hub: str, site: str) -> OneSite:
    """All that one site told. Raises Problem 404 when nobody knows it here."""
    enrolled = {each.name: each for each in credentials.devices(uow, hub, Role.SITE)}.get(site)
    row = uow.connection.execute(select(hub_sites).where(_S.site == site)).one_or_none()
    if enrolled is None and row is None:
        raise _unknown()
    today = local_day(uow.now, ZONE)
    if row is None:
        heard = Heard(site, enrolled.created_at if enrolled else uow.now)
    else:
        heard = Heard(
            site,
            enrolled.created_at if enrolled else row.heard_at,
            row.heard_at,
            row.clock_offset_ms,
            row.summary,
            _issued(uow, today).get(site, Certificates(0, 0)).today,
        )
    return OneSite(
        uow.now,
        site_standing(heard, uow.now),
        enrolled is not None,
        row.last_event if row is not None else 0,
        row.state_at if row is not None else None,
        row.state if row is not None else None,
        _anchor(uow, site),
    )


def _anchor(uow: UnitOfWork, site: str) -> Anchor | None:
    row = uow.connection.execute(
        select(_A.id, _A.at).where(_A.site == site).order_by(_A.id.desc()).limit(1)
    ).one_or_none()
    return Anchor(row.id, row.at) if row is not None else None


def read_events(uow: UnitOfWork, site: str, below: int | None = None) -> list[Event]:
    """The newest events of `site` first; `below`: only those with a smaller id."""
    asked = select(_E.id, _E.at, _E.kind, _E.actor, _E.body).where(_E.site == site)
    if below is not None:
        asked = asked.where(_E.id < below)
    rows = uow.connection.execute(asked.order_by(_E.id.desc()).limit(EVENTS_SHOWN))
    return [Event(row.id, row.at, row.kind, row.actor, row.body) for row in rows]


def read_orders(uow: UnitOfWork, site: str) -> Sequence[OrderRow]:
    """The newest orders to kiosks of `site` first."""
    rows = uow.connection.execute(
        select(hub_orders)
        .where(_O.site == site)
        .order_by(_O.ordered_at.desc(), _O.id)
        .limit(ORDERS_SHOWN)
    )
    return [
        OrderRow(**{name: value for name, value in row._mapping.items() if name != "site"})
        for row in rows
    ]

"""Keeps what is seen on the LAN: bounded, cleaned, shown, never acted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.model.discovery import Instance, InstanceRole, moved
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

MAX_DISCOVERED = 500
_seen = tables.discovered
_links = tables.display_links


@dataclass(frozen=True)
class Sighted:
    """A discovered instance and when it was seen; `gone_at` when it said goodbye or fell silent.

    `moved_from`: the addresses it had before, and when it answered elsewhere.
    """

    instance: Instance
    services: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    moved_from: tuple[str, ...]
    moved_at: datetime | None


@dataclass(frozen=True)
class DisplayLink:
    """A display that a supervisor admitted, and its live connection."""

    name: str
    connected_at: datetime | None
    seen_at: datetime | None
    gone_at: datetime | None


def saw(uow: UnitOfWork, site: str, instance: Instance, service: str = "") -> bool:
    """Note that `instance` is on the LAN, offered as `service`; False when `MAX_DISCOVERED` others
    already fill the list.

    What went away makes room first, then strangers for a kiosk that holds our credential.
    """
    row = _row(uow, site, instance)
    if row is not None:
        again = _again(uow, row, instance, service)
        uow.connection.execute(update(_seen).where(_is(site, instance)).values(again))
        return True
    if not _room(uow, site, instance):
        return False
    values = {
        "site": site,
        "instance": instance.name,
        "role": instance.role,
        "first_seen": uow.now,
        "services": [service] if service else [],
        "moved_from": [],
        **_values(uow, instance),
    }
    uow.connection.execute(_seen.insert().values(values))
    return True


def _again(uow: UnitOfWork, row: Any, instance: Instance, service: str) -> dict[str, Any]:
    values = _values(uow, instance)
    offered = {service} - {""} if row.gone_at is not None else {*row.services, service} - {""}
    values["services"] = sorted(offered)
    if moved(row.addresses, instance.addresses):
        values |= {"moved_from": row.addresses, "moved_at": uow.now}
    return values


def _values(uow: UnitOfWork, instance: Instance) -> dict[str, Any]:
    return {
        "host": instance.host,
        "addresses": list(instance.addresses),
        "port": instance.port,
        "properties": dict(instance.properties),
        "last_seen": uow.now,
        "gone_at": None,
    }


def _is(site: str, instance: Instance) -> Any:
    mine = (_seen.c.site == site) & (_seen.c.role == instance.role)
    return mine & (_seen.c.instance == instance.name)


def _row(uow: UnitOfWork, site: str, instance: Instance) -> Any:
    return uow.connection.execute(select(_seen).where(_is(site, instance))).one_or_none()


def _room(uow: UnitOfWork, site: str, instance: Instance) -> bool:
    count = select(func.count()).select_from(_seen).where(_seen.c.site == site)
    if uow.connection.execute(count).scalar_one() < MAX_DISCOVERED:
        return True
    gone_first = (_seen.c.gone_at.is_(None), _seen.c.last_seen, _seen.c.instance)
    paired = credentials.known_devices(uow, site, Role.KIOSK)
    stranger = (_seen.c.role != InstanceRole.KIOSK) | _seen.c.instance.not_in(paired)
    may_go = (_seen.c.site == site) & stranger
    if instance.device_name not in paired or instance.role is not InstanceRole.KIOSK:
        may_go &= _seen.c.gone_at.is_not(None)
    row = uow.connection.execute(
        select(_seen.c.role, _seen.c.instance).where(may_go).order_by(*gone_first).limit(1)
    ).one_or_none()
    if row is None:
        return False
    uow.connection.execute(
        delete(_seen).where(
            _seen.c.site == site, _seen.c.role == row.role, _seen.c.instance == row.instance
        )
    )
    return True


def gone(uow: UnitOfWork, site: str, name: str, role: InstanceRole, service: str = "") -> None:
    """Note that the instance `name` left, or is no more offered as `service`; one we never saw is
    no error."""
    mine = (_seen.c.site == site) & (_seen.c.role == role) & (_seen.c.instance == name)
    row = uow.connection.execute(
        select(_seen.c.services).where(mine, _seen.c.gone_at.is_(None))
    ).one_or_none()
    if row is None:
        return
    left = [each for each in row.services if each != service]
    ends = {} if left and service else {"gone_at": uow.now}
    uow.connection.execute(update(_seen).where(mine).values(services=left, **ends))


def look_afresh(uow: UnitOfWork, site: str) -> None:
    """Count everything as gone: a new look at the LAN begins and finds again what is there."""
    there = (_seen.c.site == site) & _seen.c.gone_at.is_(None)
    uow.connection.execute(update(_seen).where(there).values(gone_at=uow.now))


def sighted(uow: UnitOfWork, site: str) -> list[Sighted]:
    """Everything on the list, by role and name."""
    rows = uow.connection.execute(
        select(_seen).where(_seen.c.site == site).order_by(_seen.c.role, _seen.c.instance)
    )
    return [
        Sighted(
            Instance(
                row.instance,
                InstanceRole(row.role),
                row.host,
                tuple(row.addresses),
                row.port,
                row.properties,
            ),
            tuple(row.services),
            row.first_seen,
            row.last_seen,
            row.gone_at,
            tuple(row.moved_from),
            row.moved_at,
        )
        for row in rows
    ]


def display_connected(uow: UnitOfWork, site: str, name: str) -> None:
    """A display's live connection begins."""
    values = {"connected_at": uow.now, "seen_at": uow.now, "gone_at": None}
    put = uow.upsert(_links).values(site=site, name=name, **values)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site", "name"], set_=values))


def displays_there(uow: UnitOfWork, site: str, names: Sequence[str]) -> None:
    """The connections of these displays still live."""
    mine = (_links.c.site == site) & _links.c.name.in_(names)
    uow.connection.execute(update(_links).where(mine).values(seen_at=uow.now, gone_at=None))


def display_gone(uow: UnitOfWork, site: str, name: str) -> None:
    """Its last live connection ended."""
    mine = (_links.c.site == site) & (_links.c.name == name)
    uow.connection.execute(update(_links).where(mine).values(gone_at=uow.now))


def displays(uow: UnitOfWork, site: str) -> list[DisplayLink]:
    """Every display that was admitted, with its connection if it ever had one."""
    rows = uow.connection.execute(select(_links).where(_links.c.site == site))
    known = {row.name: row for row in rows}
    return [
        DisplayLink(
            name,
            *(
                (known[name].connected_at, known[name].seen_at, known[name].gone_at)
                if name in known
                else (None, None, None)
            ),
        )
        for name in credentials.known_devices(uow, site, Role.DISPLAY)
    ]

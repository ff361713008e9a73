"""Use cases of the fleet: take a heartbeat, note what was discovered, tell how all of it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from devices.status import Action, DeviceState
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.model import (
    DeviceReport,
    Heartbeat,
    Instance,
    InstanceRole,
    Presence,
    Standing,
    Verdict,
    devices_changed,
    presence,
    standings,
    verdict,
)
from queue_server.staff.model import Role
from queue_server.staff.services import credentials

MAX_DISCOVERED = 500


@dataclass(frozen=True)
class Sighting:
    """A discovered instance and when it was seen; `gone_at` when it said goodbye or fell silent."""

    instance: Instance
    first_seen: datetime
    last_seen: datetime
    gone_at: datetime | None
    standing: Standing | None


@dataclass(frozen=True)
class KioskView:
    """A kiosk that holds a credential, with its newest heartbeat if there ever was one."""

    name: str
    standing: Standing
    presence: Presence
    received_at: datetime | None
    heartbeat: Heartbeat | None


@dataclass(frozen=True)
class Trouble:
    """One thing a person should look at. `device` is None when the kiosk itself is silent."""

    kiosk: str
    device: str | None
    verdict: Verdict


@dataclass(frozen=True)
class FleetView:
    """All of a site's machines at the instant `now`."""

    now: datetime
    discovered: Sequence[Sighting]
    kiosks: Sequence[KioskView]
    troubles: Sequence[Trouble]


def record_heartbeat(uow: UnitOfWork, actor: Actor, beat: Heartbeat) -> bool:
    """Keep `beat` as the newest of the kiosk `actor`; True when a device's state changed.

    One that was overtaken on the way (same boot, smaller or equal sequence) is dropped.
    """
    table = tables.heartbeats
    before = uow.connection.execute(
        select(table).where(table.c.site == actor.site, table.c.kiosk == actor.name)
    ).one_or_none()
    if before and before.boot_id == beat.boot_id and beat.sequence <= before.sequence:
        return False
    _keep(uow, actor, beat)
    earlier = _reports(before.devices) if before else ()
    changed = devices_changed(earlier, beat.devices)
    if changed or before is None:
        _record_change(uow, actor, beat, changed)
    return bool(changed)


def _keep(uow: UnitOfWork, actor: Actor, beat: Heartbeat) -> None:
    values = {
        "received_at": uow.now,
        "boot_id": beat.boot_id,
        "sequence": beat.sequence,
        "build": beat.build,
        "screen": beat.screen,
        "devices": [_report_row(device) for device in beat.devices],
        "unsent": beat.unsent,
    }
    put = uow.upsert(tables.heartbeats).values(site=actor.site, kiosk=actor.name, **values)
    uow.connection.execute(put.on_conflict_do_update(index_elements=["site", "kiosk"], set_=values))


def _record_change(uow: UnitOfWork, actor: Actor, beat: Heartbeat, changed: list[str]) -> None:
    uow.record(
        actor,
        "kiosk.changed",
        kiosk=actor.name,
        changed=changed,
        devices={
            each.name: {"device": each.device, "verdict": verdict(each.device, each.parts)}
            for each in beat.devices
        },
    )


def saw(uow: UnitOfWork, site: str, instance: Instance) -> bool:
    """Note that `instance` is on the LAN; False when `MAX_DISCOVERED` others already fill the list.

    Instances that went away make room first, the one seen longest ago before the rest.
    """
    table = tables.discovered
    mine = (table.c.site == site) & (table.c.instance == instance.name)
    values = {
        "role": instance.role,
        "host": instance.host,
        "addresses": list(instance.addresses),
        "port": instance.port,
        "properties": dict(instance.properties),
        "last_seen": uow.now,
        "gone_at": None,
    }
    known = uow.connection.execute(update(table).where(mine).values(values))
    if known.rowcount:
        return True
    if not _room(uow, site):
        return False
    row = {"site": site, "instance": instance.name, "first_seen": uow.now, **values}
    uow.connection.execute(table.insert().values(row))
    return True


def _room(uow: UnitOfWork, site: str) -> bool:
    table = tables.discovered
    count = select(func.count()).select_from(table).where(table.c.site == site)
    if uow.connection.execute(count).scalar_one() < MAX_DISCOVERED:
        return True
    oldest_gone = (
        select(table.c.instance)
        .where(table.c.site == site, table.c.gone_at.is_not(None))
        .order_by(table.c.last_seen, table.c.instance)
        .limit(1)
        .scalar_subquery()
    )
    made = uow.connection.execute(
        delete(table).where(table.c.site == site, table.c.instance == oldest_gone)
    )
    return made.rowcount > 0


def gone(uow: UnitOfWork, site: str, name: str) -> None:
    """Note that the instance `name` left; one we never saw is no error."""
    table = tables.discovered
    uow.connection.execute(
        update(table)
        .where(table.c.site == site, table.c.instance == name, table.c.gone_at.is_(None))
        .values(gone_at=uow.now)
    )


def look_afresh(uow: UnitOfWork, site: str) -> None:
    """Count everything as gone: a new look at the LAN begins and finds again what is there."""
    table = tables.discovered
    uow.connection.execute(
        update(table).where(table.c.site == site, table.c.gone_at.is_(None)).values(gone_at=uow.now)
    )


def view(uow: UnitOfWork, site: str) -> FleetView:
    """How every machine of the site stands now."""
    known = credentials.known_devices(uow, site, Role.KIOSK)
    rows = _discovered(uow, site)
    stands = standings(known, _visible_kiosks(rows))
    kiosks = _kiosks(uow, site, known, stands)
    sightings = [
        Sighting(instance, row.first_seen, row.last_seen, row.gone_at, _standing(instance, stands))
        for row, instance in rows
    ]
    return FleetView(uow.now, sightings, kiosks, _troubles(kiosks))


def _discovered(uow: UnitOfWork, site: str) -> list[tuple[Any, Instance]]:
    table = tables.discovered
    rows = uow.connection.execute(
        select(table).where(table.c.site == site).order_by(table.c.role, table.c.instance)
    )
    return [(row, _instance(row)) for row in rows]


def _visible_kiosks(rows: list[tuple[Any, Instance]]) -> list[str]:
    return [
        instance.device_name
        for row, instance in rows
        if instance.role is InstanceRole.KIOSK and row.gone_at is None
    ]


def _standing(instance: Instance, stands: Mapping[str, Standing]) -> Standing | None:
    """None for a server, and for a stranger's kiosk that is no longer there."""
    return stands.get(instance.device_name) if instance.role is InstanceRole.KIOSK else None


def _instance(row: Any) -> Instance:
    return Instance(
        row.instance,
        InstanceRole(row.role),
        row.host,
        tuple(row.addresses),
        row.port,
        row.properties,
    )


def _kiosks(
    uow: UnitOfWork, site: str, known: list[str], stands: Mapping[str, Standing]
) -> list[KioskView]:
    table = tables.heartbeats
    rows = uow.connection.execute(select(table).where(table.c.site == site))
    latest = {row.kiosk: row for row in rows}
    return [_kiosk(name, stands[name], latest.get(name), uow.now) for name in known]


def _kiosk(name: str, standing: Standing, row: Any, now: datetime) -> KioskView:
    if row is None:
        return KioskView(name, standing, Presence.NEVER, None, None)
    beat = Heartbeat(
        row.boot_id, row.sequence, row.build, row.screen, _reports(row.devices), row.unsent
    )
    return KioskView(name, standing, presence(row.received_at, now), row.received_at, beat)


def _troubles(kiosks: Sequence[KioskView]) -> list[Trouble]:
    """Silent kiosks, and what the others report; what a silent one said last counts no more."""
    found = []
    for kiosk in kiosks:
        if kiosk.presence is Presence.OFFLINE:
            found.append(Trouble(kiosk.name, None, Verdict.BROKEN))
        elif kiosk.heartbeat is not None:
            found += [
                Trouble(kiosk.name, device.name, judged)
                for device in kiosk.heartbeat.devices
                if (judged := verdict(device.device, device.parts)) is not Verdict.FINE
            ]
    return sorted(found, key=lambda each: each.verdict is not Verdict.BROKEN)


def _report_row(report: DeviceReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "kind": report.kind,
        "model": report.model,
        "device": report.device,
        "parts": dict(report.parts),
        "action": report.action,
        "detail": report.detail,
    }


def _reports(rows: Sequence[Mapping[str, Any]]) -> tuple[DeviceReport, ...]:
    return tuple(
        DeviceReport(
            name=row["name"],
            kind=row["kind"],
            model=row["model"],
            device=DeviceState(row["device"]),
            parts=row["parts"],
            action=Action(row["action"]) if row["action"] else None,
            detail=row["detail"],
        )
        for row in rows
    )

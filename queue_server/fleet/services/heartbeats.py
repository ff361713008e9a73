"""Takes the heartbeats of kiosks, and keeps what each of them amounts to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, select, update

from devices.status import Action, DeviceState
from queue_server.core.clock import local_day
from queue_server.core.prepared import Prepared, PreparedUpsert
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.model import history as words
from queue_server.fleet.model import supplies
from queue_server.fleet.model.devices import DeviceReport, devices_changed
from queue_server.fleet.model.heartbeat import Heartbeat, Held, Journey, Supply, Vitals, receive
from queue_server.fleet.services import history

ZONE = "America/Lima"
_beats = tables.heartbeats


@dataclass(frozen=True)
class Kept:
    """What is held of one kiosk, and when it was last heard. `online`: as last judged."""

    kiosk: str
    held: Held
    received_at: datetime
    online: bool


@dataclass(frozen=True)
class LastHeard:
    """A kiosk that counts as online, and when it was last heard."""

    kiosk: str
    received_at: datetime


@dataclass(frozen=True)
class Taken:
    """What a heartbeat led to. `changed`: a device's or a journey's state, or the kiosk is back."""

    full_state: bool
    changed: bool


def record_heartbeat(uow: UnitOfWork, actor: Actor, beat: Heartbeat) -> Taken:
    """Take the word of the kiosk `actor` on itself.

    One that was sent again, was overtaken on its way or is of an earlier run changes nothing.
    `full_state` asks for everything: something it told before was lost.
    """
    before = kept(uow, actor.site, actor.name)
    held = receive(before and before.held, beat)
    if held is None:
        return Taken(before is not None and before.held.needs_full, changed=False)
    _keep(uow, actor, held)
    changed = _changes(uow, actor, before, held.beat)
    _count_use(uow, actor, before, held.beat)
    return Taken(held.needs_full, changed)


def _keep(uow: UnitOfWork, actor: Actor, held: Held) -> None:
    values = {"received_at": uow.now, "online": True, **_row(held)}
    row = {"site": actor.site, "kiosk": actor.name, **values}
    _PUT.on(uow.connection).tell(uow.connection, row)


_PUT = PreparedUpsert(
    _beats,
    lambda put: put.on_conflict_do_update(
        index_elements=["site", "kiosk"],
        set_={each.name: put.excluded[each.name] for each in _beats.c if not each.primary_key},
    ),
)


def _changes(uow: UnitOfWork, actor: Actor, before: Kept | None, beat: Heartbeat) -> bool:
    """Write what changed into the history and into the event log."""
    earlier = before.held.beat if before else None
    back = before is None or not before.online
    same = (beat.devices, beat.journeys)
    if earlier is not None and not back and (earlier.devices, earlier.journeys) == same:
        return False
    ended, begun = words.differing(words.facts_of(earlier) if earlier else (), words.facts_of(beat))
    if back:
        ended, begun = [*ended, words.OFFLINE], [*begun, words.ONLINE]
    if ended or begun:
        history.note(uow, actor.site, actor.name, ended, begun)
    devices = devices_changed(earlier.devices if earlier else (), beat.devices)
    journeys = earlier is not None and earlier.obstacles != beat.obstacles
    if devices or journeys or back:
        _record_change(uow, actor, beat, devices)
    return bool(devices or journeys or back)


def _record_change(uow: UnitOfWork, actor: Actor, beat: Heartbeat, changed: list[str]) -> None:
    uow.record(
        actor,
        "kiosk.changed",
        kiosk=actor.name,
        changed=changed,
        devices={
            each.name: {"device": each.device, "verdict": each.verdict} for each in beat.devices
        },
    )


def _count_use(uow: UnitOfWork, actor: Actor, before: Kept | None, beat: Heartbeat) -> None:
    earlier = (before.held.beat.supplies if before else None) or ()
    today = local_day(uow.now, ZONE)
    for (device, supply), count in supplies.used(earlier, beat.supplies or ()).items():
        key = {"site": actor.site, "kiosk": actor.name, "device": device, "supply": supply}
        put = uow.upsert(tables.supply_use).values(**key, day=today, used=count)
        more = tables.supply_use.c.used + count
        uow.connection.execute(
            put.on_conflict_do_update(index_elements=[*key, "day"], set_={"used": more})
        )


def went_silent(uow: UnitOfWork, actor: Actor, silent: Sequence[LastHeard]) -> None:
    """The watch judged these kiosks offline: since they were last heard."""
    for each in silent:
        mine = (_beats.c.site == actor.site) & (_beats.c.kiosk == each.kiosk)
        uow.connection.execute(update(_beats).where(mine).values(online=False))
        at = each.received_at
        history.note(uow, actor.site, each.kiosk, [words.ONLINE], [words.OFFLINE], at)
    if silent:
        uow.record(actor, "kiosk.silent", kiosks=[each.kiosk for each in silent])


def unheard(uow: UnitOfWork, site: str, since: datetime) -> list[LastHeard]:
    """Kiosks that count as online and were not heard after `since`."""
    found = select(_beats.c.kiosk, _beats.c.received_at).where(
        _beats.c.site == site, _beats.c.online, _beats.c.received_at <= since
    )
    return [LastHeard(*row) for row in uow.connection.execute(found.order_by(_beats.c.kiosk))]


def kept(uow: UnitOfWork, site: str, kiosk: str) -> Kept | None:
    """What is held of one kiosk; None when it was never heard."""
    row = _ONE.one_or_none(uow.connection, {"of_site": site, "of_kiosk": kiosk})
    return None if row is None else _kept(uow, row)


_TEXTS = {name: cast(_beats.c[name], Text).label(name) for name in ("devices", "more", "earlier")}
_ALL = select(*(_TEXTS.get(each.name, each) for each in _beats.c)).where(
    _beats.c.site == bindparam("of_site")
)
_ONE = Prepared(_ALL.where(_beats.c.kiosk == bindparam("of_kiosk")))
_EACH = Prepared(_ALL)


def all_kept(uow: UnitOfWork, site: str) -> dict[str, Kept]:
    """What is held of every kiosk of `site`, by its name."""
    rows = _EACH.all(uow.connection, {"of_site": site})
    return {row.kiosk: _kept(uow, row) for row in rows}


def use_of(uow: UnitOfWork, site: str) -> dict[tuple[str, str, str], dict[Any, int]]:
    """What was used: (kiosk, device, supply) -> local day -> units."""
    table, found = tables.supply_use, {}
    oldest = local_day(uow.now, ZONE).toordinal() - supplies.DAYS_LOOKED_BACK - 1
    rows = uow.connection.execute(select(table).where(table.c.site == site))
    for row in rows:
        if row.day.toordinal() >= oldest:
            found.setdefault((row.kiosk, row.device, row.supply), {})[row.day] = row.used
    return found


def _row(held: Held) -> dict[str, Any]:
    beat = held.beat
    return {
        "boot_id": beat.boot_id,
        "session": beat.session,
        "sequence": beat.sequence,
        "build": beat.build,
        "screen": beat.screen,
        "devices": [vars(each) for each in beat.devices],
        "unsent": beat.unsent,
        "needs_full": held.needs_full,
        "earlier": list(held.earlier),
        "more": {
            "oldest_unsent_s": beat.oldest_unsent_s,
            "supplies": [vars(each) for each in beat.supplies or ()],
            "journeys": [vars(each) for each in beat.journeys or ()],
            "counters": dict(beat.counters),
            "vitals": vars(beat.vitals),
            "notes": list(beat.notes or ()),
        },
    }


def _kept(uow: UnitOfWork, row: Any) -> Kept:
    known: dict[str, _Read] = uow.memory.setdefault(f"fleet.beats:{row.site}", {})
    read = known[row.kiosk] = known.get(row.kiosk, _NOTHING_READ).again(row.devices, row.more)
    beat = Heartbeat(
        boot_id=row.boot_id,
        sequence=row.sequence,
        build=row.build,
        screen=row.screen,
        devices=read.devices,
        unsent=row.unsent,
        session=row.session,
        **read.more,
    )
    return Kept(
        row.kiosk,
        Held(beat, row.needs_full, tuple(json.loads(row.earlier))),
        row.received_at,
        row.online,
    )


@dataclass(frozen=True)
class _Read:
    """What the JSON of a kiosk's row amounts to. Most of it is as it was: no text is read twice."""

    devices_text: str = ""
    more_text: str = ""
    devices: tuple[DeviceReport, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def again(self, devices: str, more: str) -> "_Read":
        """The same of these texts."""
        return _Read(
            devices,
            more,
            self.devices if devices == self.devices_text else _devices_of(devices),
            self.more if more == self.more_text else _more_of(more),
        )


_NOTHING_READ = _Read()


def _devices_of(text: str) -> tuple[DeviceReport, ...]:
    return tuple(_report(each) for each in json.loads(text))


def _more_of(text: str) -> Mapping[str, Any]:
    more: Mapping[str, Any] = json.loads(text)
    return {
        "oldest_unsent_s": more.get("oldest_unsent_s"),
        "supplies": tuple(Supply(**each) for each in more.get("supplies", ())),
        "journeys": tuple(Journey(**each) for each in more.get("journeys", ())),
        "counters": more.get("counters", {}),
        "vitals": Vitals(**more.get("vitals", {})),
        "notes": tuple(more.get("notes", ())),
    }


def _report(row: Mapping[str, Any]) -> DeviceReport:
    return DeviceReport(
        name=row["name"],
        kind=row["kind"],
        model=row["model"],
        device=DeviceState(row["device"]),
        parts=row["parts"],
        action=Action(row["action"]) if row["action"] else None,
        detail=row["detail"],
    )

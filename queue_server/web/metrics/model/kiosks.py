"""PURE: what `/metrics` says of a site's kiosks and their devices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.glance import Seen, serves
from queue_server.fleet.model.heartbeat import Heartbeat, Presence
from queue_server.web.metrics.model import bounds
from queue_server.web.metrics.model import series as s
from queue_server.web.metrics.model.series import Scrape


@dataclass(frozen=True)
class KioskFigures:
    """One kiosk that holds a credential. `age_s`: since it was last heard, None: never.

    `days_left`: (device, supply) -> days it will do, where that is known.
    """

    name: str
    presence: Presence
    age_s: float | None
    beat: Heartbeat | None
    days_left: Mapping[tuple[str, str], float]


def put_kiosks(
    scrape: Scrape,
    site: str,
    kiosks: Sequence[KioskFigures],
    services: Sequence[str],
    maintained: Collection[str] = (),
) -> None:
    """All of them. `services`: codes of the configured ones; `maintained`: kiosks that are worked
    on, "" for the whole site."""
    serving = sum(serves(Seen(each.name, each.presence, each.beat)) for each in kiosks)
    scrape.put(s.KIOSKS, (site,), len(kiosks))
    scrape.put(s.SERVING, (site,), serving)
    labels = bounds.kiosk_labels(each.name for each in kiosks)
    for kiosk in kiosks:
        worked_on = "" in maintained or kiosk.name in maintained
        _put_kiosk(scrape, (site, labels[kiosk.name]), kiosk, services, worked_on)


def _put_kiosk(
    scrape: Scrape,
    mine: tuple[str, str],
    kiosk: KioskFigures,
    services: Sequence[str],
    worked_on: bool,
) -> None:
    online = kiosk.presence is Presence.ONLINE
    scrape.put(s.UP, mine, online)
    scrape.put(s.HEARTBEAT_AGE, mine, kiosk.age_s)
    scrape.put(s.MAINTAINED, mine, worked_on)
    beat = kiosk.beat
    if beat is None:
        return
    scrape.put(s.RUNS, (*mine, bounds.build(beat.build)), 1)
    for each in beat.journeys or ():
        ready = online and not each.obstacle
        scrape.put(s.JOURNEY, (*mine, bounds.journey(each.journey, services)), ready)
    if online:  # what a silent one said last counts no more
        _put_machine(scrape, mine, beat)
        _put_devices(scrape, mine, beat.devices)
        _put_supplies(scrape, mine, beat, kiosk.days_left)


def _put_machine(scrape: Scrape, mine: tuple[str, str], beat: Heartbeat) -> None:
    vitals = beat.vitals
    scrape.put(s.UNSENT, mine, beat.unsent)
    scrape.put(s.UNSENT_AGE, mine, beat.oldest_unsent_s or 0)
    scrape.put(s.TEMPERATURE, mine, vitals.temperature_c)
    percent, offset = vitals.disk_percent, vitals.clock_offset_ms
    scrape.put(s.DISK, mine, None if percent is None else percent / 100)
    scrape.put(s.CLOCK, mine, None if offset is None else offset / 1000)


def _put_devices(scrape: Scrape, mine: tuple[str, str], devices: Sequence[DeviceReport]) -> None:
    labels = bounds.device_labels(each.name for each in devices)
    for each in devices:
        name = labels[each.name]
        whole = (*mine, name, bounds.word(each.kind) if name != bounds.OTHER else bounds.OTHER)
        scrape.hold(s.DEVICE, whole, each.device)
        for part, word in sorted(each.parts.items())[: bounds.MOST_PARTS]:
            said = (*mine, name, bounds.word(part), bounds.word(word))
            scrape.put(s.PART, said, 1)


def _put_supplies(
    scrape: Scrape,
    mine: tuple[str, str],
    beat: Heartbeat,
    days_left: Mapping[tuple[str, str], float],
) -> None:
    labels = bounds.device_labels(each.name for each in beat.devices)
    for supply in (beat.supplies or ())[: bounds.MOST_SUPPLIES]:
        device = labels.get(supply.device, bounds.OTHER)
        at = (*mine, device, bounds.supply_label(supply.name))
        scrape.put(s.SUPPLY_LEFT, at, supply.left)
        scrape.put(s.SUPPLY_CAPACITY, at, supply.capacity)
        scrape.put(s.SUPPLY_DAYS, at, days_left.get((supply.device, supply.name)))

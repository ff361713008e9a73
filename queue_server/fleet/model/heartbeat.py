"""PURE: what a kiosk says every ten seconds, and what the server then holds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from queue_server.fleet.model.devices import DeviceReport

HEARTBEAT_EVERY = timedelta(seconds=10)
OFFLINE_AFTER = 3 * HEARTBEAT_EVERY
SESSIONS_REMEMBERED = 4


class Presence(StrEnum):
    """Whether a kiosk is heard of, by the server's clock."""

    ONLINE = "online"
    OFFLINE = "offline"
    NEVER = "never"


@dataclass(frozen=True)
class Supply:
    """What runs out, or fills up, in a device. `count` and `capacity` in `unit`s (`prints`,
    `pieces`), None where nobody knows; `fills`: it is a box that people fill."""

    device: str
    name: str
    unit: str
    count: int | None
    capacity: int | None
    fills: bool = False

    @property
    def left(self) -> int | None:
        """How many more it gives, or takes."""
        if self.count is None or (self.fills and self.capacity is None):
            return None
        return max(0, (self.capacity or 0) - self.count) if self.fills else self.count


@dataclass(frozen=True)
class Journey:
    """Something a person can come for, and why it cannot be finished here now ("": it can).

    `journey`: `certificate`, `turn:<service>`, `pay:<means>`. `name`: the service's, "" for ours.
    """

    journey: str
    obstacle: str
    name: str = ""


@dataclass(frozen=True)
class Vitals:
    """The machine itself; None where it does not say.

    `clock_offset_ms`: its clock minus the server's, so positive when it is ahead.
    """

    temperature_c: float | None = None
    disk_free_mb: int | None = None
    disk_percent: int | None = None
    clock_offset_ms: int | None = None


def _none_counted() -> Mapping[str, int]:
    return {}


@dataclass(frozen=True)
class Heartbeat:
    """What a kiosk says of itself.

    `boot_id` is the machine's boot, `session` the program's start, `sequence` grows from its start
    to its end. A `full` one tells everything. Another tells what changed since the last one that
    was answered: `devices` then holds only those that changed, `gone` those that are no more, and
    None stands for what is as it was. `unsent`: work not yet delivered; `oldest_unsent_s`: since
    when, in seconds. `notes`: the last lines of its log, without personal data.
    """

    boot_id: str
    sequence: int
    build: str
    screen: str
    devices: tuple[DeviceReport, ...]
    unsent: int
    session: str = ""
    full: bool = True
    gone: tuple[str, ...] = ()
    oldest_unsent_s: int | None = None
    supplies: tuple[Supply, ...] | None = ()
    journeys: tuple[Journey, ...] | None = ()
    counters: Mapping[str, int] = field(default_factory=_none_counted, hash=False)
    vitals: Vitals = Vitals()
    notes: tuple[str, ...] | None = ()

    @property
    def run(self) -> str:
        """The run of the program it belongs to."""
        return self.session or self.boot_id

    @property
    def has_news(self) -> bool:
        """Whether it tells anything that somebody may act on: not only that the kiosk is there."""
        told = (self.supplies, self.journeys, self.notes)
        return self.full or any((self.devices, self.gone, self.counters)) or told != (None,) * 3

    @property
    def obstacles(self) -> dict[str, str]:
        """Each journey and why it cannot be finished; "" where it can."""
        return {each.journey: each.obstacle for each in self.journeys or ()}


@dataclass(frozen=True)
class Held:
    """What the server holds of a kiosk: all it knows as one full heartbeat.

    `needs_full`: something it was told of is missing. `earlier`: the runs before this one, newest
    first; what still arrives from them is too late.
    """

    beat: Heartbeat
    needs_full: bool = False
    earlier: tuple[str, ...] = ()


def receive(held: Held | None, beat: Heartbeat) -> Held | None:
    """What is held once `beat` has arrived; None when it changes nothing: it was sent again, was
    overtaken on its way, or is of a run that is over."""
    if held is None:
        return Held(_complete(beat), needs_full=not beat.full)
    if beat.run in held.earlier:
        return None
    if beat.run != held.beat.run:
        earlier = (held.beat.run, *held.earlier)[:SESSIONS_REMEMBERED]
        return Held(_complete(beat), not beat.full, earlier)
    if beat.sequence <= held.beat.sequence:
        return None
    if beat.full:
        return Held(_complete(beat), needs_full=False, earlier=held.earlier)
    missed = beat.sequence != held.beat.sequence + 1
    return Held(merged(held.beat, beat), held.needs_full or missed, held.earlier)


def _complete(beat: Heartbeat) -> Heartbeat:
    return replace(
        beat,
        full=True,
        gone=(),
        supplies=beat.supplies or (),
        journeys=beat.journeys or (),
        notes=beat.notes or (),
    )


def merged(before: Heartbeat, delta: Heartbeat) -> Heartbeat:
    """Everything known after `delta`, in the order it was first told."""
    told = {each.name: each for each in delta.devices}
    kept = [told.pop(each.name, each) for each in before.devices if each.name not in delta.gone]
    return replace(
        delta,
        full=True,
        gone=(),
        devices=(*kept, *told.values()),
        supplies=before.supplies if delta.supplies is None else delta.supplies,
        journeys=before.journeys if delta.journeys is None else delta.journeys,
        counters={**before.counters, **delta.counters},
        notes=before.notes if delta.notes is None else delta.notes,
    )


def presence(last_heard: datetime | None, now: datetime) -> Presence:
    """Offline once three heartbeats were missed. A clock set back does not make one offline."""
    if last_heard is None:
        return Presence.NEVER
    return Presence.OFFLINE if now - last_heard >= OFFLINE_AFTER else Presence.ONLINE

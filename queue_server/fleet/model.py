"""PURE: what the words of a heartbeat mean: present or not, well or broken, known or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from devices.status import Action, DeviceState, MediaState, PaperState

HEARTBEAT_EVERY = timedelta(seconds=10)
OFFLINE_AFTER = 3 * HEARTBEAT_EVERY


class Presence(StrEnum):
    """Whether a kiosk is heard of, by the server's clock."""

    ONLINE = "online"
    OFFLINE = "offline"
    NEVER = "never"


class Verdict(StrEnum):
    """What a device's words amount to for the person on duty."""

    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"


class Standing(StrEnum):
    """A kiosk as the network and the credentials see it."""

    KNOWN_VISIBLE = "known_visible"
    KNOWN_UNSEEN = "known_unseen"
    UNREGISTERED = "unregistered"


class InstanceRole(StrEnum):
    """What a discovered instance says it is."""

    KIOSK = "kiosk"
    SERVER = "server"


# A busy device works and a starting one soon will: neither calls for a person.
_STATES = {
    DeviceState.ONLINE: Verdict.FINE,
    DeviceState.DEVICE_BUSY: Verdict.FINE,
    DeviceState.STARTING: Verdict.WARNING,
}
_BROKEN_PARTS = frozenset({str(PaperState.OUT), str(PaperState.JAMMED), str(MediaState.JAMMED)})
_WARNING_PARTS = frozenset({str(PaperState.LOW)})
_SEVERITY = (Verdict.FINE, Verdict.WARNING, Verdict.BROKEN)


@dataclass(frozen=True)
class DeviceReport:
    """One device as its kiosk reports it. `parts`: part -> word (`{"paper": "low"}`)."""

    name: str
    kind: str
    model: str
    device: DeviceState
    parts: Mapping[str, str]
    action: Action | None
    detail: str

    @property
    def words(self) -> tuple[DeviceState, tuple[tuple[str, str], ...], Action | None]:
        """What counts as this device's state: two equal values are no change."""
        return (self.device, tuple(sorted(self.parts.items())), self.action)


@dataclass(frozen=True)
class Heartbeat:
    """What a kiosk says of itself every ten seconds. `unsent`: work not yet delivered."""

    boot_id: str
    sequence: int
    build: str
    screen: str
    devices: tuple[DeviceReport, ...]
    unsent: int


@dataclass(frozen=True)
class Instance:
    """A service instance seen on the LAN. Everything in it is a stranger's word."""

    name: str
    role: InstanceRole
    host: str
    addresses: tuple[str, ...]
    port: int
    properties: Mapping[str, str]

    @property
    def device_name(self) -> str:
        """The name the machine gives itself: TXT `code`, else its instance name."""
        return self.properties.get("code", self.name)


def presence(last_heard: datetime | None, now: datetime) -> Presence:
    """Offline once three heartbeats were missed. A clock set back does not make one offline."""
    if last_heard is None:
        return Presence.NEVER
    return Presence.OFFLINE if now - last_heard >= OFFLINE_AFTER else Presence.ONLINE


def verdict(device: DeviceState, parts: Mapping[str, str]) -> Verdict:
    """The worst of what the device and each of its parts say."""
    found = [_STATES.get(device, Verdict.BROKEN), *map(part_verdict, parts.values())]
    return max(found, key=_SEVERITY.index)


def part_verdict(word: str) -> Verdict:
    """What one part's word amounts to; a word we do not know is no reason to send somebody."""
    if word in _BROKEN_PARTS:
        return Verdict.BROKEN
    return Verdict.WARNING if word in _WARNING_PARTS else Verdict.FINE


def devices_changed(before: Iterable[DeviceReport], after: Iterable[DeviceReport]) -> list[str]:
    """The names of the devices whose state differs, came or went; sorted."""
    old = {device.name: device.words for device in before}
    new = {device.name: device.words for device in after}
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def standings(known: Iterable[str], visible: Iterable[str]) -> dict[str, Standing]:
    """Every kiosk that holds a credential or is seen on the LAN: name -> how it stands."""
    registered, seen = set(known), set(visible)
    return {
        name: Standing.UNREGISTERED
        if name not in registered
        else (Standing.KNOWN_VISIBLE if name in seen else Standing.KNOWN_UNSEEN)
        for name in sorted(registered | seen)
    }

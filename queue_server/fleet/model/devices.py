"""PURE: what the words of a device amount to for the person on duty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.status import Action, DeviceState, MediaState, PaperState


class Verdict(StrEnum):
    """What a device's words amount to."""

    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"


# A busy device works and a starting one soon will: neither calls for a person.
_STATES = {
    DeviceState.ONLINE: Verdict.FINE,
    DeviceState.DEVICE_BUSY: Verdict.FINE,
    DeviceState.STARTING: Verdict.WARNING,
}
# `missing`, `full` and `empty` of `bins` are XFS4IoT's words for a storage unit.
_BROKEN_PARTS = frozenset({str(PaperState.OUT), str(PaperState.JAMMED), str(MediaState.JAMMED)})
_WARNING_PARTS = frozenset({str(PaperState.LOW)})
_PARTS: Mapping[tuple[str, str], Verdict] = {
    ("bins", "high"): Verdict.WARNING,
    ("bins", "full"): Verdict.BROKEN,
    ("bins", "empty"): Verdict.BROKEN,
    ("bins", "missing"): Verdict.BROKEN,
    ("paper", "full"): Verdict.FINE,
}
TAMPERING = frozenset({DeviceState.FRAUD_ATTEMPT, DeviceState.POTENTIAL_FRAUD})
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

    @property
    def verdict(self) -> Verdict:
        """What it amounts to."""
        return verdict(self.device, self.parts)

    @property
    def why(self) -> str:
        """The parts that are not fine, `paper=out`; "" where all are."""
        bad = (
            f"{part}={word}"
            for part, word in sorted(self.parts.items())
            if part_verdict(word, part) is not Verdict.FINE
        )
        return " ".join(bad)


def worst(found: Iterable[Verdict]) -> Verdict:
    """The gravest of these; fine where there is none."""
    return max(found, key=_SEVERITY.index, default=Verdict.FINE)


def verdict(device: DeviceState, parts: Mapping[str, str]) -> Verdict:
    """The worst of what the device and each of its parts say."""
    said = (part_verdict(word, part) for part, word in parts.items())
    return worst((_STATES.get(device, Verdict.BROKEN), *said))


def part_verdict(word: str, part: str = "") -> Verdict:
    """What one part's word amounts to; a word we do not know is no reason to send somebody."""
    if (part, word) in _PARTS:
        return _PARTS[part, word]
    if word in _BROKEN_PARTS:
        return Verdict.BROKEN
    return Verdict.WARNING if word in _WARNING_PARTS else Verdict.FINE


def devices_changed(before: Iterable[DeviceReport], after: Iterable[DeviceReport]) -> list[str]:
    """The names of the devices whose state differs, came or went; sorted."""
    old = {device.name: device.words for device in before}
    new = {device.name: device.words for device in after}
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))

"""What a printer can find wrong with itself, and the XFS words for it. Pure.

Each status dialect translates its own bits to these findings; the words, what to do and the
technician's sentence stand here once. Source: CEN XFS4IoT, Printer interface (paper status) and
Common interface (device status, error action); ``cover``, ``cutter`` and ``head`` are parts of
this project.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from devices.status import Action, DeviceState, DeviceStatus, MediaState, PaperState


class Finding(Enum):
    """One thing a printer says of itself."""

    UNRECOVERABLE = auto()
    MEMORY_FAILED = auto()
    CUTTER_STUCK = auto()
    PAPER_JAMMED = auto()
    VOLTAGE_WRONG = auto()
    HEAD_HOT = auto()
    MARK_MISSED = auto()
    COVER_OPEN = auto()
    CUTTER_COVER_OPEN = auto()
    PAPER_OUT = auto()
    FEED_PRESSED = auto()
    ERROR_UNNAMED = auto()
    OFF_LINE = auto()
    LINE_DAMAGED = auto()
    COMMAND_REFUSED = auto()
    PAPER_LOW = auto()
    PAPER_PRESENTED = auto()


def _no_parts() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class _Words:
    device: DeviceState
    action: Action | None
    sentence: str
    parts: Mapping[str, str] = field(default_factory=_no_parts)


_HEALTHY: Mapping[str, str] = {
    "paper": PaperState.FULL,
    "cover": "closed",
    "cutter": "ok",
    "head": "ok",
}
_BROKEN, _OFF, _ON = DeviceState.HARDWARE_ERROR, DeviceState.OFFLINE, DeviceState.ONLINE

# Gravest first: the first that is found decides the whole, every one tells its part.
_WORDS: Mapping[Finding, _Words] = {
    Finding.UNRECOVERABLE: _Words(
        _BROKEN, Action.MAINTENANCE, "unrecoverable error: switch it off and on, else replace it"
    ),
    Finding.MEMORY_FAILED: _Words(
        _BROKEN, Action.MAINTENANCE, "its memory fails (RAM or EEPROM): replace its board"
    ),
    Finding.CUTTER_STUCK: _Words(
        _BROKEN,
        Action.CLEAR,
        "the cutter is stuck: open the cover, take the paper out of the knife, close it",
        {"paper": PaperState.JAMMED, "cutter": "jammed"},
    ),
    Finding.PAPER_JAMMED: _Words(
        _BROKEN,
        Action.CLEAR,
        "paper is jammed: open the cover, take it out, close it",
        {"paper": PaperState.JAMMED},
    ),
    Finding.VOLTAGE_WRONG: _Words(
        _BROKEN, Action.MAINTENANCE, "its supply voltage is wrong: check its power unit"
    ),
    Finding.HEAD_HOT: _Words(
        _BROKEN,
        Action.SUSPEND,
        "the head is too hot: let it cool, it goes on by itself",
        {"head": "hot"},
    ),
    Finding.MARK_MISSED: _Words(
        _BROKEN,
        Action.CONFIGURATION,
        "it looks for a black mark and finds none: load such paper, or set it to plain paper",
    ),
    Finding.COVER_OPEN: _Words(
        _OFF, Action.CLEAR, "the cover is open: close it", {"cover": "open"}
    ),
    Finding.CUTTER_COVER_OPEN: _Words(
        _OFF, Action.CLEAR, "the cutter's cover is open: close it", {"cutter": "open"}
    ),
    Finding.PAPER_OUT: _Words(
        _OFF, Action.MAINTENANCE, "the paper is out: put a new roll in", {"paper": PaperState.OUT}
    ),
    Finding.FEED_PRESSED: _Words(
        DeviceState.DEVICE_BUSY, Action.CLEAR, "somebody holds its feed button: let it go"
    ),
    Finding.ERROR_UNNAMED: _Words(
        _BROKEN, Action.RESET, "it reports an error it does not name: switch it off and on"
    ),
    Finding.OFF_LINE: _Words(
        _OFF, Action.RESET, "it is off line: press its online button, or switch it off and on"
    ),
    Finding.LINE_DAMAGED: _Words(
        _ON, Action.CONFIGURATION, "it got damaged bytes: check the cable, baud and parity"
    ),
    Finding.COMMAND_REFUSED: _Words(
        _ON, Action.CONFIGURATION, "it did not know a command: correct option profile"
    ),
    Finding.PAPER_LOW: _Words(
        _ON, Action.MAINTENANCE, "the paper is low: bring a new roll", {"paper": PaperState.LOW}
    ),
    Finding.PAPER_PRESENTED: _Words(_ON, None, "", {"media": MediaState.PRESENT}),
}


def status_of(findings: Collection[Finding]) -> DeviceStatus:
    """The status that ``findings`` add up to; none at all is a printer in order."""
    found = [words for finding, words in _WORDS.items() if finding in findings]
    parts = dict(_HEALTHY)
    for words in reversed(found):
        parts |= words.parts
    if not found:
        return DeviceStatus(_ON, parts)
    return DeviceStatus(found[0].device, parts, found[0].action, found[0].sentence)


def found(bits: int, meanings: Mapping[int, Finding]) -> set[Finding]:
    """The findings that a status byte holds; ``meanings`` gives each mask its finding."""
    return {finding for mask, finding in meanings.items() if bits & mask}


_UNKNOWN: Mapping[str, str] = {"paper": PaperState.UNKNOWN}

NO_ANSWER = DeviceStatus(
    DeviceState.NO_DEVICE,
    _UNKNOWN,
    Action.MAINTENANCE,
    "the printer does not answer: check its power, its cable, the baud rate and option dialect",
)
STRANGER = DeviceStatus(
    DeviceState.OFFLINE,
    _UNKNOWN,
    Action.CONFIGURATION,
    "what answers here is no printer of this dialect: correct the port, baud or option dialect",
)
TELLS_NOTHING = DeviceStatus(
    DeviceState.ONLINE,
    _UNKNOWN,
    None,
    "connected; it tells no status (dialect none), so nothing it prints can be confirmed",
)

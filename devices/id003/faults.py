"""What can go wrong on the line to an ID-003 validator, and what each means in XFS words. Pure."""
# pyright: strict

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.errors import DeviceError
from devices.status import Action, DeviceState, DeviceStatus


class Fault(StrEnum):
    """How an exchange failed."""

    NOISE = "noise"
    NO_REPLY = "no reply"
    HALF_REPLY = "half a reply"
    SPOILT_REPLY = "spoilt reply"
    FOREIGN_REPLY = "foreign reply"
    REFUSED = "invalid command"
    OTHER_DEVICE = "another device"
    SLOW = "no time left"


class LineFault(DeviceError):
    """An exchange failed. ``sent`` tells whether the device may have got the command."""

    def __init__(self, fault: Fault, command: str, what: str, *, sent: bool = True) -> None:
        super().__init__(f"{command}: {fault}, {what}")
        self.fault = fault
        self.what = what
        self.sent = sent


@dataclass(frozen=True, slots=True)
class _Meaning:
    state: DeviceState
    action: Action
    sentence: str


_MEANINGS: Mapping[Fault, _Meaning] = {
    Fault.NOISE: _Meaning(
        DeviceState.OFFLINE,
        Action.MAINTENANCE,
        "the line is never quiet: something else sends on it; check what is connected",
    ),
    Fault.HALF_REPLY: _Meaning(
        DeviceState.OFFLINE,
        Action.MAINTENANCE,
        "its replies break off: check the cable, the plugs and its power supply",
    ),
    Fault.SPOILT_REPLY: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "its replies do not add up: set baud and parity to what the device uses (9600, E), else "
        "check the cable",
    ),
    Fault.FOREIGN_REPLY: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "replies come that are none to our questions: another device or program is on this line",
    ),
    Fault.REFUSED: _Meaning(
        DeviceState.HARDWARE_ERROR,
        Action.RESET,
        "it refuses a command it must know: switch it off and on; it may need another model or "
        "firmware",
    ),
    Fault.OTHER_DEVICE: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "no ID-003 validator answers here (our own bytes, or another device's): correct its "
        "model or its port",
    ),
    Fault.SLOW: _Meaning(
        DeviceState.STARTING, Action.RESET, "it answers slowly and is still being set up"
    ),
}
_GONE = _Meaning(
    DeviceState.POWER_OFF,
    Action.MAINTENANCE,
    "it stopped answering: check its power and its cable",
)
_NEVER_THERE = _Meaning(
    DeviceState.NO_DEVICE,
    Action.MAINTENANCE,
    "nothing answers: check power, cable and port, and that it is set to ID-003",
)


def status_of_fault(fault: LineFault, *, has_answered: bool) -> DeviceStatus:
    """The status a fault that outlived its repetitions leads to."""
    if fault.fault is Fault.NO_REPLY:
        meaning = _GONE if has_answered else _NEVER_THERE
    else:
        meaning = _MEANINGS[fault.fault]
    return DeviceStatus(meaning.state, {}, meaning.action, meaning.sentence)

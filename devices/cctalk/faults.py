"""What can go wrong on a ccTalk bus, and what each means in the XFS words. Pure."""
# pyright: strict

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.errors import DeviceError
from devices.status import Action, DeviceState, DeviceStatus


class Fault(StrEnum):
    """How an exchange failed."""

    NO_ECHO = "no echo"
    WRONG_ECHO = "wrong echo"
    NOISE = "noise"
    NO_REPLY = "no reply"
    HALF_REPLY = "half a reply"
    SPOILT_REPLY = "spoilt reply"
    FOREIGN_REPLY = "foreign reply"
    REFUSED = "NAK"
    BUSY = "BUSY"
    OTHER_DEVICE = "another device"
    SLOW = "no time left"


class BookFailed(DeviceError):
    """The credit or payout book cannot be read or written: no more money may move."""


class BusFault(DeviceError):
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
    Fault.NO_ECHO: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "what was sent did not come back: check the adapter and its cable, or set echo = false "
        "for an adapter that hides the echo",
    ),
    Fault.WRONG_ECHO: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "what came back is not what was sent: another device talks on this line, it is "
        "short-circuited, or the adapter has no echo (echo = false)",
    ),
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
        "its replies do not add up: set mode to what the device uses (checksum or crc), else "
        "check the cable",
    ),
    Fault.FOREIGN_REPLY: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "replies come that are none to our questions: another device on this bus has the same "
        "address, or is driven by another program",
    ),
    Fault.REFUSED: _Meaning(
        DeviceState.HARDWARE_ERROR,
        Action.RESET,
        "it refuses a command it must know: switch it off and on; it may need another model or "
        "firmware",
    ),
    Fault.BUSY: _Meaning(
        DeviceState.DEVICE_BUSY, Action.RESET, "it is busy; if that lasts, switch it off and on"
    ),
    Fault.SLOW: _Meaning(
        DeviceState.STARTING, Action.RESET, "it answers slowly and is still being set up"
    ),
    Fault.OTHER_DEVICE: _Meaning(
        DeviceState.OFFLINE,
        Action.CONFIGURATION,
        "another kind of device answers: correct its model, its address or its port",
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
    "nothing answers at this address: check power, cable and address",
)


def status_of_fault(fault: BusFault, *, has_answered: bool) -> DeviceStatus:
    """The status a fault that outlived its repetitions leads to."""
    if fault.fault is Fault.NO_REPLY:
        meaning = _GONE if has_answered else _NEVER_THERE
    else:
        meaning = _MEANINGS[fault.fault]
    return DeviceStatus(meaning.state, {}, meaning.action, meaning.sentence)

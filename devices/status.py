"""The words for a device's health and for how a command ended (CEN XFS4IoT). Pure.

Source: CEN XFS4IoT, Common interface (device status, completion codes, error action)
and Printer interface (paper and media status).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DeviceState(StrEnum):
    """Health of a device as a whole. ``noDevice`` (not there) is not ``powerOff``."""

    ONLINE = "online"
    OFFLINE = "offline"
    POWER_OFF = "powerOff"
    NO_DEVICE = "noDevice"
    HARDWARE_ERROR = "hardwareError"
    USER_ERROR = "userError"
    DEVICE_BUSY = "deviceBusy"
    FRAUD_ATTEMPT = "fraudAttempt"
    POTENTIAL_FRAUD = "potentialFraud"
    STARTING = "starting"


class PaperState(StrEnum):
    """Supply of paper: the part ``paper`` of a printer's status."""

    UNKNOWN = "unknown"
    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"


class MediaState(StrEnum):
    """Where a document or slip is: the part ``media`` of a status."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    NOT_PRESENT = "notPresent"
    JAMMED = "jammed"
    ENTERING = "entering"
    RETRACTED = "retracted"


class Completion(StrEnum):
    """How one command ended."""

    SUCCESS = "success"
    COMMAND_ERROR_CODE = "commandErrorCode"
    CANCELED = "canceled"
    DEVICE_NOT_READY = "deviceNotReady"
    HARDWARE_ERROR = "hardwareError"
    TIME_OUT = "timeOut"
    USER_ERROR = "userError"
    FRAUD_ATTEMPT = "fraudAttempt"
    SEQUENCE_ERROR = "sequenceError"
    UNSUPPORTED_COMMAND = "unsupportedCommand"
    INVALID_DATA = "invalidData"


class Action(StrEnum):
    """What puts a failed device right again."""

    RESET = "reset"
    CONFIGURATION = "configuration"
    CLEAR = "clear"
    MAINTENANCE = "maintenance"
    SUSPEND = "suspend"


def _no_parts() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device's health at one moment.

    ``parts`` names the parts that can fail alone (``{"paper": "low", "cover": "closed"}``),
    ``action`` what to do about it (``None``: nothing), ``detail`` is an English line for staff
    and logs; it never holds personal data.
    """

    device: DeviceState
    parts: Mapping[str, str] = field(default_factory=_no_parts, hash=False)
    action: Action | None = None
    detail: str = ""

    @property
    def usable(self) -> bool:
        """Whether the device can take a command now."""
        return self.device is DeviceState.ONLINE

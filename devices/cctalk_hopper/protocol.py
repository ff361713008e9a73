"""What a ccTalk hopper says: how a payout stands, what is wrong, how full it is. Pure.

Source: ccTalk part 2, headers 163, 164, 166, 167, 168 and 217.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from devices.status import Action, DeviceState, DeviceStatus

MAX_COINS = 255
ENABLE = 0xA5
DISABLE = 0x00
NO_SENSORS = 0x00

Bins = Literal["ok", "full", "high", "low", "empty"]


@dataclass(frozen=True, slots=True)
class HopperStatus:
    """The reply to 166. ``counter`` is 0 only after a reset and counts dispense commands 1..255.

    ``remaining`` is what is still to come of the payout that runs, ``paid`` and ``unpaid`` belong
    to the last one. Makes differ in when they fill ``unpaid``, so it decides nothing.
    """

    counter: int
    remaining: int
    paid: int
    unpaid: int

    @classmethod
    def from_bytes(cls, data: bytes) -> "HopperStatus":
        """Read four data bytes; raises ``ValueError`` for another length."""
        if len(data) != 4:
            raise ValueError("a hopper status has four bytes")
        return cls(*data)

    def to_bytes(self) -> bytes:
        """The data bytes, as a hopper sends them."""
        return bytes([self.counter, self.remaining, self.paid, self.unpaid])


def dispense_data(serial_number: int, coins: int) -> bytes:
    """The data of 167 in its variant with the serial number; ``ValueError`` out of 1..255."""
    if not 1 <= coins <= MAX_COINS:
        raise ValueError(f"a hopper pays 1..{MAX_COINS} coins at a time, not {coins}")
    return serial_number.to_bytes(3, "little") + bytes([coins])


_FLAGS = (
    (0x01, "jam", "its motor is overloaded: clear the jam"),
    (0x02, "timeout", "no coin came out in time: it is empty or jammed"),
    (0x08, "suspicion", "its exit is blocked while it rests, by a coin or by somebody"),
    (0x10, "fraud", "its exit sensor is bridged"),
    (0x20, "jam", "its exit stayed blocked: clear it"),
)
_FLAGS_2 = (
    (0x01, "fraud", "its exit sensor was bridged while it paid"),
    (0x08, "fraud", "its exit sensors disagree"),
    (0x10, "jam", "it could not clear a jam by turning back"),
    (0x20, "jam", "its coin sensor fails"),
    (0x40, "jam", "its memory is damaged: replace it"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a hopper test found; ``sort`` is ``jam``, ``timeout``, ``suspicion`` or
    ``fraud``."""

    sort: str
    words: str


def findings_of(flags: bytes) -> tuple[Finding, ...]:
    """Read the one to three bytes of a reply to 163."""
    tables = (_FLAGS, _FLAGS_2)
    return tuple(
        Finding(sort, words)
        for table, byte in zip(tables, flags, strict=False)
        for bit, sort, words in table
        if byte & bit
    )


@dataclass(frozen=True, slots=True)
class Level:
    """The reply to 217: what the level sensors say, None for one that is not fitted."""

    low: bool | None
    high: bool | None

    @classmethod
    def from_byte(cls, byte: int) -> "Level":
        """Bit 0 low, bit 1 high; bits 4 and 5 say which sensors are fitted."""
        return cls(
            low=bool(byte & 0x01) if byte & 0x10 else None,
            high=bool(byte & 0x02) if byte & 0x20 else None,
        )


NO_LEVEL = Level(None, None)
_STATES: Mapping[str, tuple[DeviceState, Action]] = {
    "fraud": (DeviceState.FRAUD_ATTEMPT, Action.SUSPEND),
    "suspicion": (DeviceState.POTENTIAL_FRAUD, Action.SUSPEND),
    "jam": (DeviceState.HARDWARE_ERROR, Action.CLEAR),
}


def health_of(findings: tuple[Finding, ...], level: Level) -> DeviceStatus:
    """The health in the XFS words; ``bins`` tells how full it is.

    A time-out of the last payout means empty, unless the low sensor sees coins: then somebody has
    filled it since.
    """
    timed_out = any(found.sort == "timeout" for found in findings)
    bins: Bins = "ok"
    if timed_out and level.low is not False:
        bins = "empty"
    elif level.low:
        bins = "low"
    elif level.high:
        bins = "high"
    parts = {"bins": bins}
    for sort, (state, action) in _STATES.items():
        for found in findings:
            if found.sort == sort:
                return DeviceStatus(state, parts, action, f"{found.words}; then run the self-test")
    if bins == "empty":
        detail = "it is empty or jammed: fill or clear it, then run the self-test"
        return DeviceStatus(DeviceState.OFFLINE, parts, Action.MAINTENANCE, detail)
    if bins == "low":
        return DeviceStatus(DeviceState.ONLINE, parts, Action.MAINTENANCE, "few coins are left")
    return DeviceStatus(DeviceState.ONLINE, parts)

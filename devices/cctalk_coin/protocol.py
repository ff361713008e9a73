"""What a ccTalk coin acceptor says: its events and its denominations. Pure.

Source: ccTalk part 2, headers 184 and 229; part 3, coin error codes and coin id value codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from devices.cctalk.events import Event

Kind = Literal["credited", "rejected", "fault", "fraud", "other"]

POSITIONS = 16


@dataclass(frozen=True, slots=True)
class CoinNews:
    """An event in words; ``position`` is that of an accepted coin (1..16), else 0."""

    kind: Kind
    words: str
    position: int = 0


_REJECTED: Mapping[int, str] = {
    1: "not recognised",
    2: "not accepted now",
    3: "not clearly one coin",
    4: "not recognised in time",
    5: "not recognised in time",
    9: "the gate was not ready",
    10: "the credit sensor was not ready",
    11: "the sorter was not ready",
    13: "the validation sensor was not ready",
    19: "too slow",
    24: "inserted again and again",
    25: "a slug",
    34: "its security setting was changed",
    254: "the return lever was pushed",
}
_FAULTS: Mapping[int, str] = {
    6: "a coin did not reach the credit sensor",
    7: "a coin did not leave the sorter",
    8: "two coins stick together",
    12: "a rejected coin sticks",
    14: "the credit sensor is blocked",
    15: "the sorter is blocked",
    16: "its credit sensors disagree",
    26: "the reject sensor is blocked",
    29: "its gate does not close",
    30: "its gate does not open",
    31: "a coin did not leave the manifold",
    32: "the manifold is blocked",
    33: "the manifold is not ready",
    35: "its motor fails",
    36: "a coin was swallowed",
    39: "a coin was sorted wrongly",
    255: "it raises an alarm it does not explain",
}
_FRAUD: Mapping[int, str] = {
    17: "a coin went backwards",
    18: "a coin was too fast",
    20: "a coin on a string",
    21: "its sensors are deceived",
    22: "its sensors are deceived",
    23: "a coin came too early",
    37: "a coin was too fast",
    38: "a coin was too slow",
    40: "light is shone into it",
}
_INHIBITED = range(128, 160)


def news_of(event: Event) -> CoinNews:
    """Say what an event means; codes of other makes are ``other``."""
    if event.a > 0:
        return CoinNews("credited", "credited", event.a)
    if event.b in _REJECTED:
        return CoinNews("rejected", _REJECTED[event.b])
    if event.b in _INHIBITED:
        return CoinNews("rejected", "not accepted now")
    if event.b in _FAULTS:
        return CoinNews("fault", _FAULTS[event.b])
    if event.b in _FRAUD:
        return CoinNews("fraud", _FRAUD[event.b])
    return CoinNews("other", f"an event of its own ({event.b})")


_COIN_ID = re.compile(rb"(?P<country>[A-Z]{2})(?P<value>[0-9KMm.]{3})(?P<issue>[A-Z0-9])")
_POINTS = {"K": 1000, "M": 1_000_000, "m": Fraction(1, 1000), ".": 1}


@dataclass(frozen=True, slots=True)
class CoinId:
    """A denomination: country, value code, issue. ``PE050A`` is 50 céntimos of Peru, issue A."""

    country: str
    value: str
    issue: str

    @classmethod
    def from_bytes(cls, data: bytes) -> "CoinId | None":
        """Read the reply to header 184; None for a position that is not programmed."""
        match = _COIN_ID.fullmatch(data)
        if match is None:
            return None
        return cls(match["country"].decode(), match["value"].decode(), match["issue"].decode())

    @property
    def name(self) -> str:
        """As the device writes it."""
        return f"{self.country}{self.value}{self.issue}"

    @property
    def centimos(self) -> int | None:
        """Its value in hundredths, None where the code gives no positive whole number.

        Three characters; K, M, m or a point stands where the decimal point is and multiplies:
        ``100`` is 1.00, ``1K0`` is 10.00, ``2K5`` is 25.00.
        """
        points = [letter for letter in self.value if letter in _POINTS]
        if len(points) > 1:
            return None
        factor = _POINTS[points[0]] if points else 1
        digits = self.value.replace(points[0], ".") if points else self.value
        value = Fraction(f"0{digits}") * factor
        return int(value) if value > 0 and value.denominator == 1 else None

"""What a ccTalk bill validator says: its events, its denominations, its answers to a route. Pure.

Source: ccTalk part 2, headers 153, 154, 156, 157 and 159; part 3, bill event codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from devices.cctalk.events import Event

Kind = Literal[
    "stacked", "held", "returned", "rejected", "jam", "stacker", "fraud", "unknown", "other"
]

IN_ESCROW = 1
STACKED = 0
ROUTE_RETURN = 0x00
ROUTE_STACK = 0x01
ROUTE_EXTEND = 0xFF
ESCROW_EMPTY = 254
ROUTE_FAILED = 255
USE_STACKER_AND_ESCROW = 0x03
MAX_TYPES = 16
RETURNED, PULLED_BACK, UNKNOWN_STACKED = 1, 8, 21


@dataclass(frozen=True, slots=True)
class BillNews:
    """An event in words; ``bill`` is the type (1..255) of one that is about a note, else 0."""

    kind: Kind
    words: str
    bill: int = 0


_STATUS: Mapping[int, BillNews] = {
    0: BillNews("other", "it is told to take nothing"),
    1: BillNews("returned", "the note went back"),
    2: BillNews("rejected", "not recognised"),
    3: BillNews("rejected", "transport"),
    4: BillNews("rejected", "not accepted now"),
    5: BillNews("rejected", "switched off in the device"),
    6: BillNews("jam", "a note is jammed in the transport and may be pulled out"),
    7: BillNews("jam", "a note is jammed on its way to the cash box"),
    8: BillNews("fraud", "a note was pulled back"),
    9: BillNews("fraud", "somebody tampers with it"),
    10: BillNews("stacker", "ok"),
    11: BillNews("stacker", "missing"),
    12: BillNews("stacker", "ok"),
    13: BillNews("stacker", "inoperative"),
    14: BillNews("stacker", "full"),
    15: BillNews("stacker", "jammed"),
    16: BillNews("jam", "a note is jammed in the transport"),
    17: BillNews("fraud", "its sensors are deceived"),
    18: BillNews("fraud", "a note on a string"),
    19: BillNews("jam", "its guard against strings fails"),
    20: BillNews("other", "a bar code"),
    21: BillNews("unknown", "a note of unknown value was stacked"),
}


def news_of(event: Event) -> BillNews:
    """Say what an event means; codes of other makes are ``other``."""
    if event.a > 0 and event.b == STACKED:
        return BillNews("stacked", "stacked", event.a)
    if event.a > 0 and event.b == IN_ESCROW:
        return BillNews("held", "held", event.a)
    if event.a > 0:
        return BillNews("other", f"an event of its own ({event.a}, {event.b})")
    return _STATUS.get(event.b, BillNews("other", f"an event of its own ({event.b})"))


@dataclass(frozen=True, slots=True)
class Scaling:
    """What a country's bill values are multiplied with, and its number of decimal places."""

    factor: int
    decimals: int

    @classmethod
    def from_bytes(cls, data: bytes) -> "Scaling":
        """Read the reply to header 156; raises ``ValueError`` for another length."""
        if len(data) != 3:
            raise ValueError("a scaling factor has three bytes")
        return cls(data[0] | data[1] << 8, data[2])


_BILL_ID = re.compile(rb"(?P<country>[A-Z]{2})(?P<value>[0-9]{4})(?P<issue>[A-Z])")


@dataclass(frozen=True, slots=True)
class BillId:
    """A denomination: country, value before scaling, issue. ``PE0020A`` is 20 of Peru, issue A."""

    country: str
    value: int
    issue: str

    @classmethod
    def from_bytes(cls, data: bytes) -> "BillId | None":
        """Read the reply to header 157; None for a type that is not programmed."""
        match = _BILL_ID.fullmatch(data)
        if match is None:
            return None
        return cls(match["country"].decode(), int(match["value"]), match["issue"].decode())

    @property
    def name(self) -> str:
        """As the device writes it."""
        return f"{self.country}{self.value:04d}{self.issue}"

    def centimos(self, scaling: Scaling) -> int | None:
        """Its value in hundredths; None where that is no positive whole number."""
        hundredths = self.value * scaling.factor * 100
        unit = 10**scaling.decimals
        return hundredths // unit if hundredths and hundredths % unit == 0 else None

"""Who answers at an address: the texts and the number every ccTalk device can give."""

from dataclasses import dataclass

from devices.cctalk.bus import Station
from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.protocol import (
    CATEGORY,
    MANUFACTURER,
    PRODUCT,
    SERIAL_NUMBER,
    SOFTWARE,
    number_of,
    text_of,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself (headers 246, 245, 244, 241, 242)."""

    manufacturer: str
    category: str
    product: str
    software: str
    serial_number: int


def identify(station: Station, category: str) -> Identity:
    """Ask who is there; ``OTHER_DEVICE`` unless it is a ``category`` (as ``Bill Validator``).

    The number is asked twice: the book is kept under it.
    """
    said = text_of(station.ask(CATEGORY))
    if said.replace("_", " ").lower() != category.lower():
        raise BusFault(Fault.OTHER_DEVICE, CATEGORY.name, f"a {said!r} is no {category!r}")
    return Identity(
        manufacturer=text_of(station.ask(MANUFACTURER)),
        category=said,
        product=text_of(station.ask(PRODUCT)),
        software=text_of(station.ask(SOFTWARE)),
        serial_number=number_of(station.ask_twice(SERIAL_NUMBER)),
    )

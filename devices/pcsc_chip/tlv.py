"""Tag, length and value, as chips write their data (BER-TLV with short lengths). Pure.

Source: ISO/IEC 7816-4, clause 5.2.2: tags of one or two bytes, lengths up to 65,535.
"""

from dataclasses import dataclass, field

from devices.pcsc_chip.apdu import BadAnswer

_LONG_TAG = 0x1F


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object; ``raw`` is all of it as it came."""

    tag: int
    value: bytes = field(repr=False)
    raw: bytes = field(repr=False)


def encoded(tag: int, value: bytes) -> bytes:
    """Write a data object."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2)
    return tag.to_bytes(1 if tag < 0x100 else 2) + length + value


def header(data: bytes) -> tuple[int, int, int]:
    """Return tag, length of the header, and length of the value that ``data`` begins with.

    Raises ``BadAnswer`` where ``data`` ends inside the header or begins with no such object.
    """
    try:
        at = 2 if data[0] & _LONG_TAG == _LONG_TAG else 1
        tag = int.from_bytes(data[:at])
        first = data[at]
        if first < 0x80:
            return tag, at + 1, first
        more = first & 0x7F
        length = data[at + 1 : at + 1 + more]
        if more not in (1, 2) or len(length) != more:
            raise BadAnswer("a data object of a length that none has")
        return tag, at + 1 + more, int.from_bytes(length)
    except IndexError:
        raise BadAnswer("a data object that ends before its length") from None


def objects(data: bytes) -> list[Tlv]:
    """Split ``data`` into the objects it is made of; raises ``BadAnswer`` where any is cut."""
    found: list[Tlv] = []
    while data:
        tag, at, length = header(data)
        if len(data) < at + length:
            raise BadAnswer("a data object that ends before its length")
        found.append(Tlv(tag, data[at : at + length], data[: at + length]))
        data = data[at + length :]
    return found


def only(data: bytes, tag: int) -> bytes:
    """Return the value of the single object ``data`` is, which must have ``tag``."""
    found = objects(data)
    if len(found) != 1 or found[0].tag != tag:
        raise BadAnswer("other data objects than such a file holds")
    return found[0].value

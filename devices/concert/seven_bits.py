"""Seven bits and even parity over a line opened with eight bits: the same bits on the wire.

Terminals on a true serial port speak 7E1, those on USB 8N1. The parity bit is made and checked
here, because the adapter, a network port or a pseudo-terminal may know nothing of it.
"""

from devices.blind_ring import BlindRing
from devices.driver import Options
from devices.link import WRITE_TIMEOUT_S, Link, open_link

_SPOILED = 0xFF
_FIRST_PRINTABLE = 0x20


class SevenBitLink:
    """Passes seven-bit bytes; one that came with the wrong parity is read as FFh.

    Control bytes are taken with or without their parity bit: some terminals send them bare.
    """

    def __init__(self, inner: Link) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read as usual, without the parity bits."""
        return without_parity(self._inner.read(max_bytes, timeout_s))

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Write as usual, with the parity bits."""
        self._inner.write(with_parity(data), timeout_s)

    def close(self) -> None:
        """Close the link beneath."""
        self._inner.close()


def has_seven_bits(options: Options) -> bool:
    """Whether the parity bit is ours to make and to check."""
    return options["characters"] == "7E1"


def open_line(port: str, options: Options) -> Link:
    """Open the line; where bytes carry their parity its record keeps lengths only.

    A parity bit tells even digits from odd ones, which masking by value would let through.
    """
    link = open_link(port, int(options["baud"]), str(options["parity"]))
    if has_seven_bits(options):
        link.raw = BlindRing()
    return link


def with_parity(data: bytes) -> bytes:
    """Set the upper bit of each byte so that its ones are even in number."""
    return bytes(byte | 0x80 * (byte.bit_count() % 2) for byte in data)


def without_parity(data: bytes) -> bytes:
    """Take the parity bits off; FFh for a byte whose parity is wrong."""
    return bytes(_plain(byte) for byte in data)


def _plain(byte: int) -> int:
    even = byte.bit_count() % 2 == 0
    return byte & 0x7F if even or byte < _FIRST_PRINTABLE else _SPOILED

"""Seven bits and even parity over a line opened with eight bits: the same bits on the wire.

Terminals on a true serial port speak 7E1, those on USB 8N1. The parity bit is made and checked
here, because the adapter, a network port or a pseudo-terminal may know nothing of it.
"""

from devices.link import WRITE_TIMEOUT_S, Link

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


def with_parity(data: bytes) -> bytes:
    """Set the upper bit of each byte so that its ones are even in number."""
    return bytes(byte | 0x80 * (byte.bit_count() % 2) for byte in data)


def without_parity(data: bytes) -> bytes:
    """Take the parity bits off; FFh for a byte whose parity is wrong."""
    return bytes(_plain(byte) for byte in data)


def _plain(byte: int) -> int:
    even = byte.bit_count() % 2 == 0
    return byte & 0x7F if even or byte < _FIRST_PRINTABLE else _SPOILED

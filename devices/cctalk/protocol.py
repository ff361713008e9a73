"""Frames of ccTalk in checksum and in CRC mode, and the commands of a host as a table. Pure.

Checksum mode: ``[destination][n][source][header][n data bytes][sum]``, all bytes adding up to 0
modulo 256. CRC mode: ``[destination][n][CRC low][header][n data bytes][CRC high]``, CRC-16 of
polynomial 1021h from 0 over all but its own two bytes; it carries no source.
Source: ccTalk Serial Communication Protocol, Generic Specification 4.7, parts 1 (frames),
2 (headers) and 3 (tables).
"""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["checksum", "crc"]

HOST = 1
COIN_ACCEPTOR = 2
HOPPER = 3
BILL_VALIDATOR = 40
ACK = 0
NAK = 5
BUSY = 6
MAX_DATA = 255
OVERHEAD = 5
MAX_FRAME_BYTES = MAX_DATA + OVERHEAD
SILENCE_S = 0.05
_POLYNOMIAL = 0x1021


class FrameRefused(ValueError):
    """Bytes that are no whole, undamaged frame."""

    def __init__(self, what: str, raw: bytes) -> None:
        super().__init__(f"{what} ({raw[:MAX_FRAME_BYTES].hex(' ')})")
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; ``source`` is None where the mode does not carry it."""

    destination: int
    source: int | None
    header: int
    data: bytes = b""

    def to_bytes(self, mode: Mode) -> bytes:
        """The frame on the wire; ``ValueError`` for more than 255 data bytes."""
        body = bytes([self.header]) + self.data
        if mode == "crc":
            low_high = crc16(bytes([self.destination, len(self.data)]) + body)
            head = bytes([self.destination, len(self.data), low_high & 0xFF])
            return head + body + bytes([low_high >> 8])
        whole = (
            bytes([self.destination, len(self.data), HOST if self.source is None else self.source])
            + body
        )
        return whole + bytes([-sum(whole) & 0xFF])

    @classmethod
    def from_bytes(cls, raw: bytes, mode: Mode) -> "Frame":
        """Read one whole frame; raises ``FrameRefused``."""
        if len(raw) < OVERHEAD or len(raw) != raw[1] + OVERHEAD:
            raise FrameRefused("not the length it says", raw)
        destination, source, header, data = raw[0], raw[2], raw[3], raw[4:-1]
        if mode == "checksum":
            if sum(raw) & 0xFF:
                raise FrameRefused("wrong checksum", raw)
            return cls(destination, source, header, data)
        if crc16(raw[:2] + raw[3:-1]) != source | raw[-1] << 8:
            raise FrameRefused("wrong CRC", raw)
        return cls(destination, None, header, data)


def crc16(data: bytes) -> int:
    """CRC-16, polynomial 1021h, start 0, not reflected, not inverted (ccTalk part 3, CRC)."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Bytes that had the length of a frame and are none."""

    what: str


class FrameParser:
    """Cuts a byte stream into frames; holds less than 260 bytes, whatever comes in.

    ``silence_s`` seconds without a byte end a half frame: the next byte begins a new one.
    """

    def __init__(self, mode: Mode, silence_s: float = SILENCE_S) -> None:
        self._mode: Mode = mode
        self._silence_s = silence_s
        self._buffer = bytearray()
        self._last_s = 0.0

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._buffer)

    def feed(self, data: bytes, now_s: float) -> list[Frame | Spoilt]:
        """Take bytes that came at ``now_s`` (monotonic seconds); return what they complete."""
        if now_s - self._last_s >= self._silence_s:
            self._buffer.clear()
        self._last_s = now_s
        found: list[Frame | Spoilt] = []
        for byte in data:
            self._buffer.append(byte)
            if len(self._buffer) > 1 and len(self._buffer) == self._buffer[1] + OVERHEAD:
                found.append(self._cut())
        return found

    def _cut(self) -> Frame | Spoilt:
        raw = bytes(self._buffer)
        self._buffer.clear()
        try:
            return Frame.from_bytes(raw, self._mode)
        except FrameRefused as refused:
            return Spoilt(str(refused))


@dataclass(frozen=True, slots=True)
class Command:
    """A header and its manners.

    ``replies`` are the lengths a reply's data may have. Asking a ``repeatable`` command twice
    does no more than asking it once; any other is sent once and its effect looked up.
    """

    header: int
    name: str
    replies: range
    repeatable: bool = True


_NOTHING = range(1)
_TEXT = range(1, 256)


def _exactly(length: int) -> range:
    return range(length, length + 1)


SIMPLE_POLL = Command(254, "simple poll", _NOTHING)
MANUFACTURER = Command(246, "request manufacturer id", _TEXT)
CATEGORY = Command(245, "request equipment category id", _TEXT)
PRODUCT = Command(244, "request product code", _TEXT)
SERIAL_NUMBER = Command(242, "request serial number", _exactly(3))
SOFTWARE = Command(241, "request software revision", _TEXT)
SELF_CHECK = Command(232, "perform self-check", range(1, 3))
MODIFY_INHIBITS = Command(231, "modify inhibit status", _NOTHING)
INHIBITS = Command(230, "request inhibit status", _exactly(2))
READ_COINS = Command(229, "read buffered credit or error codes", _exactly(11))
MODIFY_MASTER_INHIBIT = Command(228, "modify master inhibit status", _NOTHING)
MASTER_INHIBIT = Command(227, "request master inhibit status", _exactly(1))
ACCEPT_COUNTER = Command(225, "request accept counter", _exactly(3))
PAYOUT_LEVEL = Command(217, "request payout high / low status", _exactly(1))
COIN_ID = Command(184, "request coin id", _exactly(6))
DISPENSE_COUNT = Command(168, "request hopper dispense count", _exactly(3))
DISPENSE = Command(167, "dispense hopper coins", range(2), repeatable=False)
HOPPER_STATUS = Command(166, "request hopper status", _exactly(4))
ENABLE_HOPPER = Command(164, "enable hopper", _NOTHING)
TEST_HOPPER = Command(163, "test hopper", range(1, 4))
READ_BILLS = Command(159, "read buffered bill events", _exactly(11))
BILL_ID = Command(157, "request bill id", _exactly(7))
SCALING = Command(156, "request country scaling factor", _exactly(3))
ROUTE_BILL = Command(154, "route bill", range(2), repeatable=False)
BILL_MODE = Command(153, "modify bill operating mode", _NOTHING)
BILL_MODE_NOW = Command(152, "request bill operating mode", _exactly(1))
RESET = Command(1, "reset device", _NOTHING, repeatable=False)

COMMANDS = (
    *(SIMPLE_POLL, MANUFACTURER, CATEGORY, PRODUCT, SERIAL_NUMBER, SOFTWARE, SELF_CHECK),
    *(MODIFY_INHIBITS, READ_COINS, MODIFY_MASTER_INHIBIT, ACCEPT_COUNTER, PAYOUT_LEVEL, COIN_ID),
    *(DISPENSE_COUNT, DISPENSE, HOPPER_STATUS, ENABLE_HOPPER, TEST_HOPPER, READ_BILLS, BILL_ID),
    *(SCALING, ROUTE_BILL, BILL_MODE, RESET, INHIBITS, MASTER_INHIBIT, BILL_MODE_NOW),
)


def number_of(data: bytes) -> int:
    """Read an unsigned number, least significant byte first."""
    return int.from_bytes(data, "little")


def text_of(data: bytes) -> str:
    """Read a name a device gave: printable ASCII, anything else becomes ``?``."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data).strip()


def inhibit_mask(positions: frozenset[int]) -> bytes:
    """The data of header 231 that lets only these positions (1..16) in: bit 0 is position 1."""
    return sum(1 << position - 1 for position in positions).to_bytes(2, "little")

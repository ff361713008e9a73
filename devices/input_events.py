"""Records of Linux input devices: ``struct input_event`` in, packets of events out. Pure.

A record of a 64-bit kernel has 24 bytes: seconds and microseconds (two signed words of 8 bytes),
type, code (2 bytes each), value (4, signed). Times are the record's own, never the clock's.

Source: Linux, ``Documentation/input/event-codes.rst`` and ``include/uapi/linux/input.h``: a packet
ends with ``SYN_REPORT``; after ``SYN_DROPPED`` everything up to and with the next ``SYN_REPORT`` is
to be ignored, and what was held down or switched is no longer known.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

EV_SYN = 0x00
EV_KEY = 0x01
EV_MSC = 0x04
EV_SW = 0x05
SYN_REPORT = 0
SYN_DROPPED = 3
MSC_SCAN = 4
SW_HEADPHONE_INSERT = 2

RELEASED = 0
PRESSED = 1
REPEATED = 2

RECORD_BYTES = 24
MAX_EVENTS = 64

_RECORD = struct.Struct("<qqHHi")
_SECOND_US = 1_000_000
_TYPES = frozenset((*range(0x06), 0x11, 0x12, 0x14, 0x15, 0x16, 0x17))


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One record; ``at_us`` is its own time in microseconds, of whichever clock it has."""

    at_us: int
    type: int
    code: int
    value: int

    def to_bytes(self) -> bytes:
        """The record as a kernel writes it."""
        seconds, micros = divmod(self.at_us, _SECOND_US)
        return _RECORD.pack(seconds, micros, self.type, self.code, self.value)


@dataclass(frozen=True, slots=True)
class Packet:
    """What happened at one moment; ``lost`` before it: what was held or switched is unknown."""

    events: tuple[InputEvent, ...]
    lost: bool = False


def packet_bytes(at_us: int, *events: tuple[int, int, int]) -> bytes:
    """One packet as a kernel writes it; each event is (type, code, value)."""
    records = [InputEvent(at_us, *event) for event in (*events, (EV_SYN, SYN_REPORT, 0))]
    return b"".join(record.to_bytes() for record in records)


class PacketParser:
    """Cuts a byte stream into packets; holds at most 64 events and one half record.

    Bytes that are no record are skipped one by one until a record fits again; that counts as lost
    events, and so does a packet of more than 64.
    """

    def __init__(self) -> None:
        self._bytes = b""
        self._events: list[InputEvent] = []
        self._lost = False

    @property
    def pending(self) -> int:
        """Bytes and events held at the moment."""
        return len(self._bytes) + len(self._events)

    def feed(self, data: bytes) -> list[Packet]:
        """Take bytes; return the packets they end."""
        held = self._bytes + data
        packets: list[Packet] = []
        at = 0
        while len(held) - at >= RECORD_BYTES:
            event = _event(held, at)
            at += RECORD_BYTES if event else 1
            packets += self._take(event)
        self._bytes = held[at:]
        return packets

    def settle(self) -> bool:
        """Forget what a half record began once nothing completes it; whether there was one.

        A kernel writes whole records only: this stream was not one's.
        """
        if not self._bytes:
            return False
        self._bytes, self._events, self._lost = b"", [], False
        return True

    def _take(self, event: InputEvent | None) -> Iterable[Packet]:
        if event is None or (event.type == EV_SYN and event.code == SYN_DROPPED):
            self._lose()
        elif event.type == EV_SYN and event.code == SYN_REPORT:
            packet = Packet(tuple(self._events), self._lost)
            self._events, self._lost = [], False
            return (packet,)
        elif len(self._events) >= MAX_EVENTS:
            self._lose()
        elif not self._lost:
            self._events.append(event)
        return ()

    def _lose(self) -> None:
        self._events, self._lost = [], True


def _event(held: bytes, at: int) -> InputEvent | None:
    """The record at ``at``, or None where no kernel wrote these bytes."""
    seconds, micros, kind, code, value = _RECORD.unpack_from(held, at)
    if seconds < 0 or not 0 <= micros < _SECOND_US or kind not in _TYPES:
        return None
    return InputEvent(seconds * _SECOND_US + micros, kind, code, value)

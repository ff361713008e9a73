"""Frames of serial MRZ readers: bytes in, text of one reading out. Pure; time is passed in.

One parser for every framing: plain lines, ``STX … ETX``, and ``SOH [len] "OU" STX …`` headers.
A frame begins at STX or at the first byte after silence, and ends at ETX or after 200 ms of
silence. What a header or a trailing block check leaves outside is recognised and dropped.
"""

from dataclasses import dataclass
from typing import Literal

Framing = Literal["plain", "stx"]

SOH = 0x01
STX = 0x02
ETX = 0x03
CR = 0x0D
SILENCE_S = 0.2
MAX_FRAME_BYTES = 512
STRAY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One reading as sent; not ``whole`` where the limit or a new STX cut it."""

    data: bytes
    whole: bool = True

    @property
    def text(self) -> str:
        """The reading as text; bytes outside ASCII become a character no zone holds."""
        return self.data.decode("ascii", "replace")


def pieces(lines: tuple[str, ...], framing: Framing) -> tuple[bytes, ...]:
    """Return what a reader sends for one reading, in the portions it sends.

    ``plain`` is ``line CR line CR [line CR]``; ``stx`` puts STX before and ETX after it.
    """
    body = tuple(line.encode("ascii") + bytes([CR]) for line in lines)
    return (bytes([STX]), *body, bytes([ETX])) if framing == "stx" else body


class FrameParser:
    """Cuts a byte stream into frames; holds at most ``max_bytes`` bytes, whatever comes in."""

    def __init__(self, max_bytes: int = MAX_FRAME_BYTES, silence_s: float = SILENCE_S) -> None:
        self._max_bytes = max_bytes
        self._silence_s = silence_s
        self._buffer = bytearray()
        self._overflowed = False
        self._framed = False
        self._last_s = 0.0

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._buffer)

    def feed(self, data: bytes, now_s: float) -> list[Frame]:
        """Take bytes that came at ``now_s`` (monotonic seconds); return the frames they end."""
        frames = self.flush(now_s)
        if data:
            self._last_s = now_s
        for byte in data:
            if byte == STX:
                frames += self._end(whole=False)
                self._framed = True
            elif byte == ETX:
                frames += self._end(whole=True)
            elif len(self._buffer) < self._max_bytes:
                self._buffer.append(byte)
            else:
                self._overflowed = True
        return frames

    def flush(self, now_s: float) -> list[Frame]:
        """Return the frame that 200 ms of silence ended, if any."""
        if now_s - self._last_s < self._silence_s:
            return []
        return self._end(whole=True)

    def _end(self, *, whole: bool) -> list[Frame]:
        data, framed = bytes(self._buffer), self._framed
        frame = Frame(data, whole and not self._overflowed)
        self._buffer.clear()
        self._overflowed = self._framed = False
        if framed:
            return [frame]
        stray = len(data) < STRAY_BYTES or (not whole and data[0] == SOH)
        return [] if stray else [frame]

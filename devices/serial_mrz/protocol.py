"""Frames of serial MRZ readers: bytes in, text of one reading out. Pure; time is passed in.

One parser for every framing::

    plain     line CR [LF] line CR [LF] [line CR [LF]]             ended by 200 ms of silence
    stx, cute STX line CR line CR [line CR] ETX                    CUTE/DESKO: no CR for no line 3
    3m        SOH [length] "OU" STX [flag] line CR line CR line CR ETX [BCC]

Sources: DESKO's protocol description for CUTE devices, release 2.12; 3M's integration manual of
the RTE6701, 9.1 (RTE Native). There lines are padded with ``_`` to 30 or 44 characters, and missing
ones are empty from the top. How its block check is made is not published; what is checked is that
of ISO 1745: the exclusive or of everything after SOH up to and with ETX.
"""

import re
from dataclasses import dataclass
from typing import Literal

Framing = Literal["plain", "stx", "cute", "3m"]
BlockCheck = Literal["auto", "on", "off"]

SOH = 0x01
STX = 0x02
ETX = 0x03
LF = 0x0A
CR = 0x0D
SILENCE_S = 0.2
MAX_FRAME_BYTES = 512
STRAY_BYTES = 8
AGREEMENTS = 3

_HEADER = re.compile(rb"\x01.{0,2}OU\Z", re.DOTALL)
_SIZES = (30, 36, 44)
_PADDED = 44
_PADDING = b"_" * 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One reading as sent, without its framing; not ``whole`` where it was cut or garbled."""

    data: bytes
    whole: bool = True

    @property
    def text(self) -> str:
        """The reading as text; bytes outside ASCII become a character no zone holds."""
        return self.data.decode("ascii", "replace")


def block_check(after_soh: bytes) -> int:
    """Return the block check character over what stands after SOH, up to and with ETX."""
    check = 0
    for byte in after_soh:
        check ^= byte
    return check


def pieces(lines: tuple[str, ...], framing: Framing, *, lf: bool = False) -> tuple[bytes, ...]:
    """Return what a reader sends for one reading, in the portions it sends.

    ``lf`` puts a line feed after each carriage return, as some plain readers do.
    """
    end = bytes([CR, LF]) if lf else bytes([CR])
    if framing == "3m":
        return _rte_pieces(lines, end)
    body = tuple(line.encode("ascii") + end for line in lines)
    return body if framing == "plain" else (bytes([STX]), *body, bytes([ETX]))


def _rte_pieces(lines: tuple[str, ...], end: bytes) -> tuple[bytes, ...]:
    width = 30 if len(lines) == 3 else _PADDED
    padded = [line.encode("ascii").ljust(width, b"_") for line in lines]
    missing = [b""] * (3 - len(padded))
    body = tuple(line + end for line in (*missing, *padded))
    text = b"".join((b"0", *body, bytes([ETX])))
    # The length counts what follows it, in two bytes of seven bits.
    length = len(b"OU") + 1 + len(text) + 1
    header = bytes([0x80 | length & 0x7F, 0x80 | length >> 7]) + b"OU" + bytes([STX])
    tail = bytes([ETX, block_check(header + text)])
    return (bytes([SOH]) + header + b"0", *body, tail)


class FrameParser:
    """Cuts a byte stream into frames; holds at most ``max_bytes`` bytes, whatever comes in.

    ``check`` says what becomes of a block check that does not agree: ``on``, the reading is not
    whole; ``off``, nothing; ``auto``, a reader whose block checks agreed three times running is
    held to them.
    """

    def __init__(
        self,
        max_bytes: int = MAX_FRAME_BYTES,
        silence_s: float = SILENCE_S,
        check: BlockCheck = "auto",
    ) -> None:
        self._max_bytes = max_bytes
        self._silence_s = silence_s
        self._check: BlockCheck = check
        self._agreed = 0
        self._buffer = bytearray()
        self._header = b""
        self._overflowed = False
        self._framed = False
        self._awaits_check = False
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
            frames += self._take(byte)
        return frames

    def flush(self, now_s: float) -> list[Frame]:
        """Return the frame that 200 ms of silence ended, if any."""
        if now_s - self._last_s < self._silence_s:
            return []
        return self._end_of_block(None) if self._header else self._end(whole=True)

    def _take(self, byte: int) -> list[Frame]:
        if self._awaits_check:
            return self._end_of_block(byte)
        if byte == STX:
            return self._begin()
        if byte == SOH:
            return self._announce()
        if byte == ETX:
            self._awaits_check = bool(self._header)
            return [] if self._awaits_check else self._end(whole=True)
        self._keep(byte)
        return []

    def _keep(self, byte: int) -> None:
        if len(self._buffer) < self._max_bytes:
            self._buffer.append(byte)
        else:
            self._overflowed = True

    def _announce(self) -> list[Frame]:
        """SOH: a header may follow. It cuts a reading that is not at its end."""
        frames = self._end(whole=False)
        self._keep(SOH)
        return frames

    def _begin(self) -> list[Frame]:
        """STX: a text begins, and whatever stood before it was its header or a cut reading."""
        header = b"" if self._framed else self._header_before()
        frames = self._end(whole=False)
        self._framed, self._header = True, header
        return frames

    def _header_before(self) -> bytes:
        found = _HEADER.search(self._buffer)
        return found.group() if found else b""

    def _end_of_block(self, check: int | None) -> list[Frame]:
        """The byte after a 3M block's ETX, or None when silence came instead."""
        block = self._header[1:] + bytes([STX]) + bytes(self._buffer) + bytes([ETX])
        agrees = check == block_check(block) and not self._overflowed
        held = self._check == "on" or (self._check == "auto" and self._agreed >= AGREEMENTS)
        if agrees:
            self._agreed += 1
        elif not held:
            self._agreed = 0
        return self._end(whole=agrees or not held)

    def _end(self, *, whole: bool) -> list[Frame]:
        data, framed = bytes(self._buffer), self._framed
        if self._header:
            data = _without_padding(_without_flag(data))
        frame = Frame(data, whole and not self._overflowed)
        self._buffer.clear()
        self._header = b""
        self._overflowed = self._framed = self._awaits_check = False
        if framed:
            return [frame]
        stray = len(data) < STRAY_BYTES or (not whole and data[0] == SOH)
        return [] if stray else [frame]


def _without_flag(text: bytes) -> bytes:
    """Drop the flag before the first line, told from a line's character by the line's length."""
    first = re.split(rb"[\r\n]", text, maxsplit=1)[0]
    return text[1:] if len(first) - 1 in (0, *_SIZES) else text


def _without_padding(text: bytes) -> bytes:
    """Give two lines of 36 their length back: the reader pads whatever has two lines to 44."""
    lines = [line for line in re.split(rb"[\r\n]+", text) if line]
    padded = len(lines) == 2 and all(
        len(line) == _PADDED and line.endswith(_PADDING) for line in lines
    )
    return b"".join(line[:36] + bytes([CR]) for line in lines) if padded else text

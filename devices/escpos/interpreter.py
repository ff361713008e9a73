"""Reads ESC/POS as a printer does: bytes in, finished tickets and fences out. Pure.

Written from Epson's and Custom's command references, not from the library that composes our jobs,
so that each judges the other. It knows the commands in ``_FIXED``, the length-prefixed ``GS (``
and ``GS v 0`` families and ``ESC *``; any other ESC or GS byte is taken for a command without
parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ESC, GS, DLE, LF = 0x1B, 0x1D, 0x10, 0x0A
COLUMNS = 42
MAX_HELD_BYTES = 1 << 20

_PAGES: Mapping[int, str] = {0: "cp437", 2: "cp850", 16: "cp1252"}
_ALIGNMENTS: Mapping[int, str] = {
    0: "left",
    1: "center",
    2: "right",
    48: "left",
    49: "center",
    50: "right",
}
# Parameter bytes of each command: (introducer, command) -> count.
_FIXED: Mapping[tuple[int, int], int] = {
    **dict.fromkeys(((ESC, ord(c)) for c in "!-3aEGJMRSVdtr{"), 1),
    **dict.fromkeys(((GS, ord(c)) for c in "!BHabfhrw"), 1),
    **dict.fromkeys(((GS, ord(c)) for c in "LPW"), 2),
    (ESC, 0xC1): 1,
}
_COUNTERS: Mapping[int, str] = {0xE2: "cuts", 0xE5: "on"}
_BYTES_A_COLUMN: Mapping[int, int] = {0: 1, 1: 1, 32: 3, 33: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and how it was set; ``width`` and ``height`` are multiples."""

    text: str
    align: str = "left"
    width: int = 1
    height: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Dots in rows from the top, bits from the left, each printed ``scale`` dots wide and high."""

    width: int
    rows: tuple[bytes, ...]
    align: str = "left"
    scale: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code the printer makes itself: its data, dots a module, and level (``L M Q H``)."""

    payload: bytes
    module_dots: int
    level: str
    align: str = "left"


Item = Line | Bitmap | Symbol


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of paper: the bytes that made it, what can be read on it, and how it looks."""

    raw: bytes
    text: str
    items: tuple[Item, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class BlankCut:
    """The knife came down on paper with nothing on it."""


@dataclass(frozen=True, slots=True)
class Processed:
    """Everything before this mark was printed (Epson)."""

    digits: bytes


@dataclass(frozen=True, slots=True)
class CountAsked:
    """A counter is asked for (``cuts``, ``on``), after what came before it (Custom)."""

    what: str


Outcome = Ticket | BlankCut | Processed | CountAsked


@dataclass(slots=True)
class _Paper:
    raw: bytearray = field(default_factory=bytearray)
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class _Manner:
    """How what comes next is set; gone with ESC @ and with power."""

    page: str = "cp437"
    align: str = "left"
    width: int = 1
    height: int = 1
    bold: bool = False
    payload: bytes = b""
    module_dots: int = 3
    level: str = "L"


class Interpreter:
    """A printer's command processor; holds an unfinished command, line and ticket, all bounded."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._line = bytearray()
        self._columns: Bitmap | None = None
        self._paper = _Paper()
        self._manner = _Manner()

    @property
    def pending(self) -> int:
        """Bytes held: of an unfinished command, or of an unfinished ticket, whichever is more."""
        return max(len(self._held), len(self._paper.raw))

    def feed(self, data: bytes) -> list[Outcome]:
        """Take bytes; return what came of them, in order."""
        self._held += data
        out: list[Outcome] = []
        while size := self._command_size():
            command = bytes(self._held[:size])
            del self._held[:size]
            out += self._obey(command)
        if len(self._held) > MAX_HELD_BYTES or len(self._paper.raw) > MAX_HELD_BYTES:
            self._held.clear()
            self._line.clear()
            self._paper = _Paper()
        return out

    def lose_power(self) -> None:
        """Forget everything but what is already on the paper."""
        self._held.clear()
        self._start()

    def _start(self) -> None:
        self._line.clear()
        self._columns = None
        self._manner = _Manner()

    def _command_size(self) -> int:
        """Length of the command at the head, 0 while it is incomplete."""
        held = self._held
        if not held or held[0] not in (ESC, GS, DLE):
            return 1 if held else 0
        if len(held) < 2:
            return 0
        if held[0] == DLE:
            wanted = 3 if held[1] in (0x04, 0x05) else 1
        elif held[0] == GS and held[1] in b"(v":
            wanted = _prefixed_size(held)
        elif held[0] == GS and held[1] == ord("V"):
            wanted = 0 if len(held) < 3 else (4 if held[2] in (65, 66) else 3)
        elif held[0] == ESC and held[1] == ord("*"):
            wanted = _columns_size(held)
        else:
            wanted = 2 + _FIXED.get((held[0], held[1]), 0)
        return wanted if 0 < wanted <= len(held) else 0

    def _obey(self, command: bytes) -> list[Outcome]:
        if command[0] == DLE:
            return []
        self._paper.raw += command
        if command[0] == LF:
            self._end_line()
        elif command[0] == ESC:
            return self._obey_esc(command)
        elif command[0] == GS:
            return self._obey_gs(command)
        elif command[0] >= 0x20:
            self._line += command
        return []

    def _obey_esc(self, command: bytes) -> list[Outcome]:
        manner, name, value = self._manner, chr(command[1]), command[2] if command[2:] else 0
        if name == "@":
            self._start()
        elif name == "t":
            self._set_page(_PAGES.get(value, "ascii"))
        elif name == "a":
            manner.align = _ALIGNMENTS.get(value, "left")
        elif name == "E":
            manner.bold = bool(value & 1)
        elif name == "!":
            manner.width, manner.height = 1 + (value >> 5 & 1), 1 + (value >> 4 & 1)
        elif name == "d":
            self._end_line(always=False)
            self._paper.items += [Line("")] * value
        elif name == "*":
            self._columns = _turned(command, manner.align)
        elif name == "i":
            return [self._cut()]
        return []

    def _obey_gs(self, command: bytes) -> list[Outcome]:
        name = chr(command[1])
        if name == "!":
            self._manner.width, self._manner.height = (command[2] >> 4) + 1, (command[2] & 0xF) + 1
        elif name == "V":
            return [self._cut()]
        elif name == "v":
            self._paper.items.append(_raster(command, self._manner.align))
        elif command[1:3] == b"(k":
            self._obey_symbol(command[5:])
        elif command[1:3] == b"(H" and command[5:7] == b"\x30\x30":
            # A mark belongs to no ticket: it follows what it asks about.
            del self._paper.raw[-len(command) :]
            return [Processed(command[7:11])]
        elif command[1] in _COUNTERS:
            del self._paper.raw[-len(command) :]
            return [CountAsked(_COUNTERS[command[1]])]
        return []

    def _obey_symbol(self, body: bytes) -> None:
        """GS ( k for QR codes (cn 49): 67 size, 69 level, 80 stores the data, 81 prints it."""
        manner = self._manner
        if body[:2] == b"1C" and body[2:]:
            manner.module_dots = max(1, min(16, body[2]))
        elif body[:2] == b"1E" and body[2:]:
            manner.level = "LMQH"[(body[2] - 48) % 4]
        elif body[:3] == b"1P0":
            manner.payload = body[3:]
        elif body[:2] == b"1Q":
            made = Symbol(manner.payload, manner.module_dots, manner.level, manner.align)
            self._paper.items.append(made)

    def _cut(self) -> Ticket | BlankCut:
        self._end_line(always=False)
        paper, self._paper = self._paper, _Paper()
        items = tuple(paper.items)
        text = "\n".join(_read(item).rstrip() for item in items).strip("\n") + "\n"
        if not text.strip():
            return BlankCut()
        return Ticket(bytes(paper.raw), text, items)

    def _set_page(self, page: str) -> None:
        if self._line and page != self._manner.page:
            self._end_line()
        self._manner.page = page

    def _end_line(self, *, always: bool = True) -> None:
        manner, columns = self._manner, self._columns
        text = bytes(self._line).decode(manner.page, "replace")
        self._line.clear()
        self._columns = None
        if columns is not None:
            self._paper.items.append(columns)
        elif text or always:
            room = max(1, COLUMNS // manner.width)
            for at in range(0, max(1, len(text)), room):
                part = text[at : at + room]
                made = Line(part, manner.align, manner.width, manner.height, manner.bold)
                self._paper.items.append(made)


def _read(item: Item) -> str:
    """What a person makes of it."""
    match item:
        case Line(text, align, width):
            room = COLUMNS // width
            return {"center": text.center(room), "right": text.rjust(room)}.get(align, text)
        case Bitmap(width, rows):
            return f"[image {width}x{len(rows)}]"
        case Symbol(payload):
            return f"[QR: {payload.decode('utf-8', 'replace')}]".center(COLUMNS)


def _raster(command: bytes, align: str) -> Bitmap:
    """GS v 0 m xL xH yL yH: ``m`` 1 and 3 double the width, 2 and 3 the height."""
    size = command[4] + 256 * command[5]
    data = command[8:]
    rows = tuple(data[at : at + size] for at in range(0, len(data), size)) if size else ()
    return Bitmap(8 * size, rows, align, (1 + (command[3] & 1), 1 + (command[3] >> 1 & 1)))


def _turned(command: bytes, align: str) -> Bitmap | None:
    """ESC * m nL nH: columns of 8 or 24 dots, the top one first, as rows."""
    deep = _BYTES_A_COLUMN.get(command[2], 0)
    width = command[3] + 256 * command[4]
    if not deep or not width:
        return None
    columns = [command[5 + at : 5 + at + deep] for at in range(0, deep * width, deep)]
    rows = tuple(_row(columns, y) for y in range(8 * deep))
    wide = 1 if command[2] in (1, 33) else 2
    return Bitmap(width, rows, align, (wide, 1 if deep == 3 else 3))


def _row(columns: list[bytes], y: int) -> bytes:
    mask = 0x80 >> (y & 7)
    bits = "".join("1" if column[y >> 3] & mask else "0" for column in columns)
    size = -(-len(bits) // 8)
    return int(bits.ljust(8 * size, "0"), 2).to_bytes(size, "big")


def _prefixed_size(held: bytearray) -> int:
    """``GS ( x pL pH …`` or ``GS v 0 m xL xH yL yH …``; 0 while the length is not there."""
    if held[1] == ord("("):
        return 5 + held[3] + 256 * held[4] if len(held) >= 5 else 0
    if len(held) < 8:
        return 0
    return 8 + (held[4] + 256 * held[5]) * (held[6] + 256 * held[7])


def _columns_size(held: bytearray) -> int:
    """``ESC * m nL nH …``; a mode that does not exist has no data."""
    if len(held) < 5:
        return 0
    return 5 + _BYTES_A_COLUMN.get(held[2], 0) * (held[3] + 256 * held[4])

"""Reads ESC/POS as a printer does: bytes in, finished tickets and process marks out. Pure.

Written from Epson's command reference, not from the library that composes our jobs, so that
each judges the other. It knows the commands in ``_FIXED`` and the length-prefixed ``GS (`` and
``GS v 0`` families; any other ESC or GS byte is taken for a command without parameters.
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
    (GS, ord("L")): 2,
    (GS, ord("W")): 2,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of paper: the bytes that made it and what can be read on it."""

    raw: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Processed:
    """Everything before this mark was printed."""

    digits: bytes


@dataclass(slots=True)
class _Paper:
    raw: bytearray = field(default_factory=bytearray)
    line: bytearray = field(default_factory=bytearray)
    lines: list[str] = field(default_factory=list)


class Interpreter:
    """A printer's command processor; holds an unfinished command, line and ticket, all bounded."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._paper = _Paper()
        self._page = "cp437"
        self._align = "left"
        self._width = 1
        self._qr = ""

    def feed(self, data: bytes) -> list[Ticket | Processed]:
        """Take bytes; return the tickets cut off and the marks passed, in order."""
        self._held += data
        out: list[Ticket | Processed] = []
        while size := self._command_size():
            command = bytes(self._held[:size])
            del self._held[:size]
            out += self._obey(command)
        if len(self._held) > MAX_HELD_BYTES or len(self._paper.raw) > MAX_HELD_BYTES:
            self._held.clear()
            self._paper = _Paper()
        return out

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
        else:
            wanted = 2 + _parameters(held[0], held[1])
        return wanted if 0 < wanted <= len(held) else 0

    def _obey(self, command: bytes) -> list[Ticket | Processed]:
        if command[0] == DLE:
            return []
        self._paper.raw += command
        if command[0] == LF:
            self._end_line()
        elif command[0] == ESC:
            self._obey_esc(command)
        elif command[0] == GS:
            return self._obey_gs(command)
        elif command[0] >= 0x20:
            self._paper.line += command
        return []

    def _obey_esc(self, command: bytes) -> None:
        name = chr(command[1])
        if name == "@":
            self._page, self._align, self._width, self._qr = "cp437", "left", 1, ""
        elif name == "t":
            self._flush_page(_PAGES.get(command[2], "ascii"))
        elif name == "a":
            self._align = _ALIGNMENTS.get(command[2], "left")
        elif name == "!":
            self._width = 2 if command[2] & 0x20 else 1
        elif name == "d":
            self._end_line(always=False)
            self._paper.lines += [""] * command[2]

    def _obey_gs(self, command: bytes) -> list[Ticket | Processed]:
        name = chr(command[1])
        if name == "!":
            self._width = (command[2] >> 4) + 1
        elif name == "V":
            return [self._cut()]
        elif name == "v":
            rows = command[6] + 256 * command[7]
            self._show(f"[image {8 * (command[4] + 256 * command[5])}x{rows}]")
        elif command[1:3] == b"(k":
            self._obey_symbol(command[5:])
        elif command[1:3] == b"(H" and command[5:7] == b"\x30\x30":
            # The mark belongs to no ticket: it follows the cut.
            del self._paper.raw[-len(command) :]
            return [Processed(command[7:11])]
        return []

    def _obey_symbol(self, body: bytes) -> None:
        """GS ( k for QR codes (cn 49): function 80 stores the payload, 81 prints it."""
        if body[:3] == b"1P0":
            self._qr = body[3:].decode("utf-8", "replace")
        elif body[:2] == b"1Q":
            self._show(f"[QR: {self._qr}]")

    def _cut(self) -> Ticket:
        self._end_line(always=False)
        paper, self._paper = self._paper, _Paper()
        text = "\n".join(line.rstrip() for line in paper.lines).strip("\n") + "\n"
        return Ticket(bytes(paper.raw), text)

    def _flush_page(self, page: str) -> None:
        if self._paper.line and page != self._page:
            self._end_line()
        self._page = page

    def _end_line(self, *, always: bool = True) -> None:
        line = bytes(self._paper.line).decode(self._page, "replace")
        self._paper.line.clear()
        if line or always:
            self._show(line)

    def _show(self, line: str) -> None:
        room = COLUMNS // self._width
        if self._align == "center":
            line = line.center(room)
        elif self._align == "right":
            line = line.rjust(room)
        self._paper.lines.append(line)


def _prefixed_size(held: bytearray) -> int:
    """``GS ( x pL pH …`` or ``GS v 0 m xL xH yL yH …``; 0 while the length is not there."""
    if held[1] == ord("("):
        return 5 + held[3] + 256 * held[4] if len(held) >= 5 else 0
    if len(held) < 8:
        return 0
    return 8 + (held[4] + 256 * held[5]) * (held[6] + 256 * held[7])


def _parameters(introducer: int, command: int) -> int:
    return _FIXED.get((introducer, command), 0)

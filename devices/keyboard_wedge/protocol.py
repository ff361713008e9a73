"""What a reader types as a keyboard: packets of key events in, text of one reading out. Pure.

The reader must be set to the US layout; ``<`` is also taken from the extra key beside the left
shift, where Spanish keyboards have it. A reading ends with 150 ms without a key, by the events' own
times or on the link, or with the Enter that completes a zone.

Source of the key codes: Linux ``include/uapi/linux/input-event-codes.h``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from devices.input_events import (
    EV_KEY,
    EV_MSC,
    MSC_SCAN,
    PRESSED,
    RELEASED,
    Packet,
    PacketParser,
    packet_bytes,
)

SILENCE_S = 0.15
MAX_CHARACTERS = 512
STRAY_CHARACTERS = 8

KEY_ENTER = 28
KEY_KPENTER = 96
SHIFTS = frozenset((42, 54))
CONTROLS = frozenset((29, 97))

# Each row of the US layout from its first key code on, without shift and with it.
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (86, "<", "<"),
    (98, "/", "/"),
)
_PLAIN: Mapping[int, str] = {
    first + place: character for first, plain, _ in _ROWS for place, character in enumerate(plain)
}
_SHIFTED: Mapping[int, str] = {
    first + place: character for first, _, upper in _ROWS for place, character in enumerate(upper)
}
_ENTERS = frozenset((KEY_ENTER, KEY_KPENTER))
_COMPLETE = frozenset(((3, 30), (2, 36), (2, 44)))
_MAIN_BLOCK = (*range(2, 54), 57)
_KEY_OF: Mapping[str, tuple[int, bool]] = {
    **{_SHIFTED[code]: (code, True) for code in _MAIN_BLOCK if code in _SHIFTED},
    **{_PLAIN[code]: (code, False) for code in _MAIN_BLOCK if code in _PLAIN},
}


@dataclass(frozen=True, slots=True)
class Typed:
    """One reading as typed; not ``whole`` where keys were lost or the limit cut it."""

    text: str = field(repr=False)
    whole: bool = True


def keys_of(text: str) -> Iterable[tuple[int, bool]]:
    """The keys a reader presses to type ``text``: code, and whether shift is held.

    Raises ``KeyError`` for a character the layout has no key for.
    """
    for character in text:
        yield (KEY_ENTER, False) if character == "\r" else _KEY_OF[character]


class WedgeParser:
    """Turns the bytes of an event file into readings; holds at most 512 characters."""

    def __init__(self) -> None:
        self._packets = PacketParser()
        self._held: set[int] = set()
        self._begin()
        self._last_key_us = 0
        self._last_s = 0.0

    @property
    def pending(self) -> int:
        """Characters and bytes held at the moment."""
        return len(self._text) + self._packets.pending

    def feed(self, data: bytes, now_s: float) -> list[Typed]:
        """Take bytes, also none, that came at ``now_s`` (monotonic seconds); ended readings."""
        if data:
            self._last_s = now_s  # whatever came late tells its own time
        ended = self._flush(now_s)
        for packet in self._packets.feed(data):
            ended += self._take(packet)
        return ended

    def _flush(self, now_s: float) -> list[Typed]:
        if now_s - self._last_s < SILENCE_S:
            return []
        self._whole = not self._packets.settle() and self._whole
        return self._end()

    def _take(self, packet: Packet) -> list[Typed]:
        if packet.lost:
            self._held.clear()
            self._whole = False
            return []
        ended: list[Typed] = []
        for event in packet.events:
            if event.type == EV_KEY and event.value == PRESSED:
                ended += self._pause(event.at_us)
                self._last_key_us = event.at_us
                ended += self._press(event.code)
            elif event.type == EV_KEY and event.value == RELEASED:
                self._held.discard(event.code)
        return ended

    def _pause(self, at_us: int) -> list[Typed]:
        """End a reading at a gap between its keys; a clock set back is a gap too."""
        close = abs(at_us - self._last_key_us) < SILENCE_S * 1_000_000
        return [] if close else self._end()

    def _press(self, code: int) -> list[Typed]:
        if code in SHIFTS or code in CONTROLS:
            self._held.add(code)
            return []
        if code in _ENTERS:
            self._keep("\r")
            return self._end() if self._is_complete() else []
        character = (_SHIFTED if self._held & SHIFTS else _PLAIN).get(code, "")
        if not self._held & CONTROLS:  # with it, the reader types a control character: none of ours
            self._keep(character)
        return []

    def _keep(self, character: str) -> None:
        if len(self._text) < MAX_CHARACTERS:
            self._text += character
        else:
            self._whole = False

    def _is_complete(self) -> bool:
        lines = [line for line in self._text.split("\r") if line]
        return {(len(lines), len(line)) for line in lines} <= _COMPLETE and bool(lines)

    def _begin(self) -> None:
        self._text = ""
        self._whole = True

    def _end(self) -> list[Typed]:
        """The reading so far; a key pressed by mistake is none."""
        typed = Typed(self._text, self._whole)
        self._held.clear()
        self._begin()
        return [typed] if len(typed.text) >= STRAY_CHARACTERS or not typed.whole else []


def typed_packets(text: str, at_us: int, gap_us: int = 2000) -> bytes:
    """What a keyboard reader's event file gives for ``text``, a key every ``gap_us``."""
    wire = b""
    for place, (code, shifted) in enumerate(keys_of(text)):
        now = at_us + place * gap_us
        scan = (EV_MSC, MSC_SCAN, 0x70000 + code)
        shift = [(42, PRESSED)] if shifted else []
        strokes = [*shift, (code, PRESSED), (code, RELEASED), *((42, RELEASED) for _ in shift)]
        for key, value in strokes:
            wire += packet_bytes(now, scan, (EV_KEY, key, value))
    return wire

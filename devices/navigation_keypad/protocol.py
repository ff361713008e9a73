"""What a navigation keypad's event file says: packets in, keys and the jack out. Pure.

Headphones show as the switch ``SW_HEADPHONE_INSERT``, or, on pads that are plain keyboards, as a
key of its own for in and for out; which ones is configuration.

Source of the codes: Linux ``include/uapi/linux/input-event-codes.h``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.input_events import (
    EV_KEY,
    EV_SW,
    PRESSED,
    RELEASED,
    REPEATED,
    SW_HEADPHONE_INSERT,
    InputEvent,
    Packet,
    PacketParser,
)
from devices.kinds.keypad import Happening, JackChanged, JackState, Key, KeyPressed

REPEAT_EVERY_US = 200_000
MAX_REPEATS = 20

STANDARD_KEYS: Mapping[int, Key] = {
    103: Key.UP,
    108: Key.DOWN,
    105: Key.LEFT,
    106: Key.RIGHT,
    28: Key.ENTER,
    96: Key.ENTER,  # keypad Enter
    352: Key.ENTER,  # OK
    353: Key.ENTER,  # Select
    158: Key.BACK,
    1: Key.BACK,  # Esc
    102: Key.HOME,
    172: Key.HOME,  # Home page
    138: Key.HELP,
    59: Key.HELP,  # F1
    115: Key.VOLUME_UP,
    114: Key.VOLUME_DOWN,
}
_JACK_WORDS = ("jack_in", "jack_out")
_CODE = re.compile(r"[1-9][0-9]{0,2}")
_REPEATING = (Key.UP, Key.DOWN, Key.LEFT, Key.RIGHT, Key.VOLUME_UP, Key.VOLUME_DOWN)


@dataclass(frozen=True, slots=True)
class KeyTable:
    """What the codes of one keypad mean; ``jack_in`` and ``jack_out`` are 0 without such keys."""

    keys: Mapping[int, Key] = field(default_factory=lambda: STANDARD_KEYS)
    jack_in: int = 0
    jack_out: int = 0

    @classmethod
    def of(cls, text: str) -> "KeyTable":
        """The standard keys and those of ``text``: ``"183=help 185=jack_in 186=jack_out"``.

        Raises ``ValueError`` with what to write.
        """
        keys, jacks = dict(STANDARD_KEYS), dict.fromkeys(_JACK_WORDS, 0)
        for pair in text.replace(",", " ").split():
            code, _, word = pair.partition("=")
            if not _CODE.fullmatch(code) or word not in (*Key, *jacks):
                words = ", ".join((*Key, *jacks))
                raise ValueError(f"option keys: write CODE=WORD, not {pair!r}; words: {words}")
            if word in jacks:
                jacks[word] = int(code)
            else:
                keys[int(code)] = Key(word)
        return cls(keys, *jacks.values())


@dataclass(slots=True)
class _Hold:
    """A key that is down: since when it was last told, and how many times."""

    told_us: int
    repeats: int = 0


class KeypadParser:
    """Turns the bytes of an event file into keys and jack changes.

    A key held down is told again at most every 200 ms and at most 20 times, and only where that
    makes sense: Enter once held is Enter once.
    """

    def __init__(self, table: KeyTable) -> None:
        self._table = table
        self._packets = PacketParser()
        self._holds: dict[int, _Hold] = {}
        self.jack = JackState.UNKNOWN

    @property
    def pending(self) -> int:
        """Bytes and events held at the moment."""
        return self._packets.pending + len(self._holds)

    def feed(self, data: bytes) -> list[Happening]:
        """Take bytes; return what happened.

        After lost events nothing is known to be held, and ``jack`` is ``unknown``: ask the device.
        """
        return [each for packet in self._packets.feed(data) for each in self._of_packet(packet)]

    def settle_jack(self, inserted: bool | None) -> list[Happening]:
        """Take the jack's state as the device tells it when asked; None where it does not."""
        return [] if inserted is None else self._jack_is(inserted=inserted)

    def _of_packet(self, packet: Packet) -> list[Happening]:
        if packet.lost:
            self._holds.clear()
            self.jack = JackState.UNKNOWN
        happened: list[Happening] = []
        for event in packet.events:
            if event.type == EV_SW and event.code == SW_HEADPHONE_INSERT:
                happened += self._jack_is(inserted=event.value != 0)
            elif event.type == EV_KEY:
                happened += self._of_key(event)
        return happened

    def _of_key(self, event: InputEvent) -> list[Happening]:
        if event.code and event.code in (self._table.jack_in, self._table.jack_out):
            inserted = event.code == self._table.jack_in
            return self._jack_is(inserted=inserted) if event.value == PRESSED else []
        key = self._table.keys.get(event.code)
        if key is None:
            return []
        if event.value == RELEASED:
            self._holds.pop(event.code, None)
        elif event.value == PRESSED:
            self._holds[event.code] = _Hold(event.at_us)
            return [KeyPressed(key)]
        elif event.value == REPEATED and key in _REPEATING:
            return self._repeat(event, key)
        return []

    def _repeat(self, event: InputEvent, key: Key) -> list[Happening]:
        """A repetition without the press before it (events were lost) is not told."""
        hold = self._holds.get(event.code)
        if hold is None or hold.repeats >= MAX_REPEATS:
            return []
        if 0 <= event.at_us - hold.told_us < REPEAT_EVERY_US:
            return []
        hold.told_us, hold.repeats = event.at_us, hold.repeats + 1
        return [KeyPressed(key, repeated=True)]

    def _jack_is(self, *, inserted: bool) -> list[Happening]:
        now = JackState.INSERTED if inserted else JackState.REMOVED
        before, self.jack = self.jack, now
        return [] if before is now else [JackChanged(inserted)]

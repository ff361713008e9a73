"""The soft tone that warns before a session ends: samples made here, played where there is sound.

It goes where the voice goes: to the headphones of whoever has theirs in, else to the loudspeaker.
Nothing here waits: a machine without sound is silent, a player that hangs is ended.
"""

import struct
import threading
from collections.abc import Callable
from math import exp, pi, sin
from typing import Protocol

import structlog

from kiosk.speech.sink import Sink, SinkFailed
from kiosk.speech.sound import Sound

RATE_HZ = 22_050
NOTES_HZ = (523.25, 659.26)
"""C5 and E5: a rising third, soft, and well inside what ageing ears hear."""

NOTE_S = 0.45

log = structlog.get_logger(__name__)


def samples(volume: float = 0.35) -> list[int]:
    """The tone as signed 16-bit mono samples at RATE_HZ; `volume` between 0 and 1."""
    told: list[int] = []
    for note in NOTES_HZ:
        count = int(RATE_HZ * NOTE_S)
        for index in range(count):
            at = index / RATE_HZ
            swell = min(1.0, at / 0.02) * exp(-5 * at) * min(1.0, (count - index) / 400)
            told.append(round(32_767 * volume * swell * sin(2 * pi * note * at)))
    return told


def tone() -> Sound:
    """The same as a sound."""
    told = samples()
    return Sound(RATE_HZ, struct.pack(f"<{len(told)}h", *told))


class Chime(Protocol):
    """Warns by sound."""

    def ring(self) -> None:
        """Sound once. Returns at once."""
        ...


class Silent:
    """Where there is no sound."""

    def ring(self) -> None:
        """Nothing is heard."""


class PlayedChime:
    """Plays the tone in `headphones` while `jack()`, else over `loudspeaker`; one at a time."""

    def __init__(self, loudspeaker: Sink, headphones: Sink, jack: Callable[[], bool]) -> None:
        self._loudspeaker = loudspeaker
        self._headphones = headphones
        self._jack = jack
        self._tone = tone()
        self._playing = threading.Lock()

    def ring(self) -> None:
        """Sound once; while it still sounds, nothing is added."""
        if self._playing.acquire(blocking=False):
            threading.Thread(target=self._play, name="chime", daemon=True).start()

    def _play(self) -> None:
        try:
            sink = self._headphones if self._jack() else self._loudspeaker
            sink.start(self._tone).wait()
        except SinkFailed as error:
            log.warning("the warning tone was not played", why=str(error))
        finally:
            self._playing.release()

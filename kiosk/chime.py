"""The soft tone that warns before a session ends: samples made here, played where there is sound.

Nothing here waits: a machine without sound is silent, a player that hangs is ended.
"""

import io
import shutil
import struct
import subprocess
import threading
import wave
from collections.abc import Sequence
from math import exp, pi, sin
from typing import Protocol

import structlog

RATE_HZ = 22_050
NOTES_HZ = (523.25, 659.26)
"""C5 and E5: a rising third, soft, and well inside what ageing ears hear."""

NOTE_S = 0.45
PLAY_S = 5.0
"""After so long a player is ended."""

PLAYER = ("aplay", "-q", "-")

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


def tone() -> bytes:
    """The same as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        told = samples()
        out.writeframes(struct.pack(f"<{len(told)}h", *told))
    return file.getvalue()


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
    """Gives the tone to a player program on its standard input; one at a time."""

    def __init__(self, player: Sequence[str] = PLAYER, deadline_s: float = PLAY_S) -> None:
        self._player = tuple(player)
        self._deadline_s = deadline_s
        self._wav = tone()
        self._playing = threading.Lock()

    def ring(self) -> None:
        """Sound once; while it still sounds, nothing is added."""
        if self._playing.acquire(blocking=False):
            threading.Thread(target=self._play, name="chime", daemon=True).start()

    def _play(self) -> None:
        try:
            subprocess.run(
                self._player,
                input=self._wav,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._deadline_s,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("the warning tone was not played", why=type(error).__name__)
        finally:
            self._playing.release()


def chime_of_this_machine() -> Chime:
    """A player where one is installed, silence elsewhere."""
    return PlayedChime() if shutil.which(PLAYER[0]) else Silent()

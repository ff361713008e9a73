"""Where sound goes: a port, a player program (ALSA's aplay), and silence where there is none."""

import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from kiosk.speech.sound import Sound

GRACE_S = 3.0
"""A player may take so much longer than its sound lasts."""


class SinkFailed(Exception):
    """The sound could not be played; the message says what to look at."""


class Playing(Protocol):
    """A sound on its way out. `wait` on one thread, `stop` from any other."""

    def wait(self) -> None:
        """Until it ended, was stopped, or took too long. Raises SinkFailed."""
        ...

    def stop(self) -> float:
        """Silence now; how many seconds of it were heard. Harmless after its end."""
        ...


class Sink(Protocol):
    """A loudspeaker or a pair of headphones."""

    def start(self, sound: Sound) -> Playing:
        """Begin to play `sound`; returns at once. Raises SinkFailed."""
        ...


@dataclass(frozen=True)
class ProgramSink:
    """Hands each sound as a WAV to a program's stdin, and ends the program to be silent."""

    command: tuple[str, ...]

    def start(self, sound: Sound) -> "PlayedByProgram":
        """Start the program. Raises SinkFailed."""
        try:
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise SinkFailed(f"{self.command[0]} cannot be started: {error.strerror}") from None
        return PlayedByProgram(process, sound)


class PlayedByProgram:
    """One sound in the hands of a player."""

    def __init__(self, process: subprocess.Popen[bytes], sound: Sound) -> None:
        self._process = process
        self._sound = sound
        self._began = time.monotonic()
        self._stopped = False

    def wait(self) -> None:
        """Feed the player and wait for its end. Raises SinkFailed."""
        deadline = self._sound.seconds + GRACE_S
        try:
            self._process.communicate(self._sound.wav(), timeout=deadline)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise SinkFailed(f"the player was ended after {deadline:.0f} s") from None
        if self._process.returncode != 0 and not self._stopped:
            raise SinkFailed(f"the player ended with {self._process.returncode}: see `aplay -L`")

    def stop(self) -> float:
        """End the player."""
        self._stopped = True
        self._process.kill()
        return min(self._sound.seconds, time.monotonic() - self._began)


class SilentSink:
    """A machine without sound: every sentence takes its time, and nobody hears it."""

    def start(self, sound: Sound) -> "Unheard":
        """Begin to be silent."""
        return Unheard(sound)


class Unheard:
    """One sound that nobody hears."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._began = time.monotonic()
        self._over = threading.Event()

    def wait(self) -> None:
        """As long as it would have lasted."""
        self._over.wait(self._sound.seconds)

    def stop(self) -> float:
        """No need to wait any longer."""
        self._over.set()
        return min(self._sound.seconds, time.monotonic() - self._began)


def alsa(device: str) -> Sink:
    """ALSA's device of this name (as `aplay -L` lists them); silence where there is no aplay."""
    if shutil.which("aplay") is None:
        return SilentSink()
    return ProgramSink(("aplay", "-q", "-D", device, "-t", "wav", "-"))

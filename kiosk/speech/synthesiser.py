"""Words to sound: espeak-ng as a program. Words go in by stdin; nothing touches the disk."""

import subprocess
from dataclasses import dataclass
from typing import Protocol

from kiosk.speech.sound import NoSound, Sound

VOICES = {"es": "es-419", "en": "en-us", "qu": "qu"}
"""The voice of each language; a language that is not here (Aymara) has none."""


class SpeechFailed(Exception):
    """A sentence could not be made to sound; the message says why, and never the words."""


class Synthesiser(Protocol):
    """Makes sentences sound."""

    def render(self, text: str, voice: str) -> Sound:
        """The sound of `text` in one of VOICES' voices, within a deadline. Raises SpeechFailed."""
        ...


@dataclass(frozen=True)
class Espeak:
    """The real one: one short-lived process a sentence, about 20 ms each."""

    program: str = "espeak-ng"
    words_per_minute: int = 150
    deadline_s: float = 3.0

    def render(self, text: str, voice: str) -> Sound:
        """The sound of `text`. Raises SpeechFailed."""
        command = [
            *(self.program, "-v", voice, "-s", str(self.words_per_minute)),
            *("-b", "1", "--stdin", "--stdout"),
        ]
        try:
            done = subprocess.run(
                command,
                input=text.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.deadline_s,
                check=True,
            )
            return Sound.of_wav(done.stdout)
        except FileNotFoundError:
            raise SpeechFailed(f"{self.program} is not installed: run `make setup`") from None
        except subprocess.TimeoutExpired:
            raise SpeechFailed(f"{self.program} took over {self.deadline_s} s") from None
        except subprocess.CalledProcessError as error:
            raise SpeechFailed(
                f"{self.program} ended with {error.returncode}; is voice {voice} installed?"
            ) from None
        except (OSError, NoSound) as error:
            raise SpeechFailed(f"{self.program} gave no sound: {error}") from None

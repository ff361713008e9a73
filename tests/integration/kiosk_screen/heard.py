"""What somebody with headphones really hears of a screen: whatever the voice is told to say.

The narrator and its binding are the kiosk's own; only the sound is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kiosk.speech.narrator import Narrator
from kiosk.speech.sentence import Sentence

LOOKS = 2
"""A screen is read once it stood still for one look."""


class Headphones:
    """In place of the talker: writes down what it is to say. Its jack is always in."""

    private = True
    busy = False
    jack = True

    def __init__(self) -> None:
        self._told: list[str] = []

    def say(self, texts: Sequence[Sentence | str], _language: str) -> None:
        """What was being said is broken off."""
        self._told = [each.text if isinstance(each, Sentence) else each for each in texts]

    def add(self, texts: Sequence[Sentence | str], _language: str) -> None:
        """After what is being said."""
        self._told += [each.text if isinstance(each, Sentence) else each for each in texts]

    def stop(self) -> None:
        """Silence."""
        self._told = []

    def speaks(self, language: str) -> bool:
        """Every language but Aymara has a voice."""
        return language != "ay"

    def take(self) -> list[str]:
        """No key is pressed."""
        return []

    def heard(self) -> list[str]:
        """What was said since the last time."""
        told, self._told = self._told, []
        return told


class Listener:
    """Hears one screen after another, as the application shows them."""

    def __init__(self, app: Any) -> None:
        from kiosk.widgets.spoken_binding import SpokenBinding

        self._app = app
        self._phones = Headphones()
        narrator: Any = Narrator(self._phones)  # pyright: ignore[reportArgumentType]
        self._narrator = narrator
        self._binding = SpokenBinding(app, narrator, self._phones)

    def hears(self, settle: Callable[[], None]) -> list[str]:
        """Everything that is said of what stands there, first words and bar too, in order."""
        self._app.usual = replace(self._app.usual, speaking=True)
        self._app.comfort = replace(self._app.comfort, speaking=True)
        settle()
        self._narrator.stop()
        for _ in range(LOOKS):
            self._binding.look()
        return self._phones.heard()


def sheet(name: str, heard: Sequence[str]) -> str:
    """One screen of `heard.md`."""
    return "\n".join((f"## {name}", *(f"- {each}" for each in heard), ""))

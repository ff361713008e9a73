"""PURE: how one person wants the screen, and the seam to whoever speaks it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

OWN_NAMES = {"es": "Español", "en": "English", "qu": "Runasimi", "ay": "Aymar aru"}
"""Every language by its own name, in the order they are offered."""


def by_their_names(installed: Collection[str]) -> list[str]:
    """The codes of `installed` that have a name to offer them by, in the order of the names."""
    return [code for code in OWN_NAMES if code in installed]


LOUDEST = 5
"""`volume` runs from 1 to this."""


class Wish(StrEnum):
    """What can be switched on and off with one touch."""

    LARGE = "large"
    CONTRAST = "contrast"
    LOWERED = "lowered"
    SPEAKING = "speaking"


@dataclass(frozen=True)
class Comfort:
    """What the person standing here asked of the screen; forgotten with them.

    `language` is the code of a catalogue, `volume` 1 to LOUDEST.
    """

    language: str = "es"
    large: bool = False
    contrast: bool = False
    lowered: bool = False
    speaking: bool = False
    volume: int = 3

    def toggled(self, wish: Wish) -> "Comfort":
        """The same, with one wish the other way round."""
        return replace(self, **{wish.value: not getattr(self, wish.value)})

    def in_language(self, code: str) -> "Comfort":
        """The same in another language."""
        return replace(self, language=code)

    def louder(self) -> "Comfort":
        """One step louder; after the loudest comes the softest: one control does it all."""
        return replace(self, volume=self.volume % LOUDEST + 1)


VOICE_VERBS = {"repeat": "repeat", "pause": "pause_or_go_on", "volume": "louder"}
"""What the voice's controls do, by the names of the application's methods."""


class Voice(Protocol):
    """Says sentences aloud. Nothing here waits; what it is told last is what counts."""

    def say(self, texts: Sequence[str], language: str) -> None:
        """Say `texts` one after another; whatever was being said is broken off."""
        ...

    def repeat(self) -> None:
        """Begin again with what was said last."""
        ...

    def pause_or_go_on(self) -> None:
        """Stop in the middle, or go on from there."""
        ...

    def stop(self) -> None:
        """Silence, and nothing is kept of what was said."""
        ...

    def volume(self, level: int) -> None:
        """How loud from now on: 1 to LOUDEST."""
        ...


class Mute:
    """Where nothing is said."""

    def say(self, texts: Sequence[str], language: str) -> None:
        """Nothing is heard."""

    def repeat(self) -> None:
        """Nothing either."""

    def pause_or_go_on(self) -> None:
        """Nothing goes on."""

    def stop(self) -> None:
        """It is quiet already."""

    def volume(self, level: int) -> None:
        """Nothing is louder."""

"""Text that wraps and takes the height it needs."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.label import Label

from kiosk.widgets.making_room import GivesWay

WHITE = (1, 1, 1, 1)
TINTS = ("color", "disabled", "disabled_color", "outline_color", "disabled_outline_color")


class Words(GivesWay, Label):
    """Wrapping text. `heavy` thickens the strokes: the one font has one weight.

    Drawn white and tinted on the way to the screen: a new colour (a button going down, another
    palette) needs no new picture of the letters. `heard`: keys of the sentences that are said in
    its place, where its words help nobody who cannot see.
    """

    heavy = BooleanProperty(False)
    wraps = BooleanProperty(True)
    heard = StringProperty()

    def _create_label(self) -> None:
        super()._create_label()
        assert self._label is not None
        self._label.options |= {"color": WHITE, "outline_color": WHITE}

    def _trigger_texture_update(
        self, name: str | None = None, source: Any = None, value: Any = None
    ) -> None:
        if name not in TINTS:
            super()._trigger_texture_update(name, source, value)


class OneLine(Words):
    """One line, as wide as its text."""


class Note(Words):
    """The smallest text: notes and reasons."""


class Body(Words):
    """Explanations."""


class Lead(Words):
    """The sentence under a title."""


class Title(Words):
    """The one thing a screen says."""

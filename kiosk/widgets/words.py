"""Text that wraps and takes the height it needs."""

from kivy.properties import BooleanProperty
from kivy.uix.label import Label


class Words(Label):
    """Wrapping text. `heavy` thickens the strokes: the one font has one weight."""

    heavy = BooleanProperty(False)
    wraps = BooleanProperty(True)


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

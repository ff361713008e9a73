"""The keys on the screen to type an e-mail address with; every one at least 20 mm wide."""

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.theme import DAY
from kiosk.widgets.control import Control

ROWS = ("1234567890", "qwertyuiop", "asdfghjkl@", "zxcvbnm._-")
SIGNS = "@._-+"
ENDINGS = ("@gmail.com", "@hotmail.com")
BACKSPACE = "backspace"
MOST = 254
"""No address is longer (RFC 5321, 4.5.3.1.3)."""


def after(typed: str, key: str) -> str:
    """What stands there after `key`: a character, an ending, or backspace.

    An ending replaces the one that was begun:

    >>> after("ana@g", "@gmail.com")
    'ana@gmail.com'
    """
    if key == BACKSPACE:
        return typed[:-1]
    if key in ENDINGS:
        typed = typed.partition("@")[0]
    return typed + key if len(typed) + len(key) <= MOST else typed


class Key(Control):
    """One key. `glyph` is what it shows when that is not its label."""

    glyph = StringProperty()
    variant = StringProperty("letter")
    coat = ObjectProperty(DAY.secondary, rebind=True)


class Keyboard(BoxLayout):
    """Four rows of ten keys, and a row of what makes an address shorter to type.

    Dispatches `on_key` with the character, the ending or "backspace".
    """

    backspace_label = StringProperty()
    __events__ = ("on_key",)

    def __init__(self, **properties: object) -> None:
        super().__init__(orientation="vertical", **properties)
        for row in ROWS:
            self._add_row([self._key(each) for each in row])
        backspace = self._key(BACKSPACE, width=1.6)
        backspace.glyph = "⌫"
        self.bind(backspace_label=backspace.setter("label"))
        endings = [self._key(each, width=3.6) for each in ENDINGS]
        self._add_row([self._key("+"), *endings, backspace])

    def on_key(self, char: str) -> None:
        """A key was touched."""

    def _key(self, char: str, width: float = 1.0) -> Key:
        letter = len(char) == 1 and char not in SIGNS
        key = Key(
            name=f"key:{char}",
            label=char,
            variant="letter" if letter else "sign",
            size_hint_x=width,
        )
        key.bind(on_release=lambda _key: self.dispatch("on_key", char))
        return key

    def _add_row(self, keys: list[Key]) -> None:
        row = KeyRow()
        for key in keys:
            row.add_widget(key)
        self.add_widget(row)


class KeyRow(BoxLayout):
    """Keys side by side."""

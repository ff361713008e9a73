"""The keys on the screen to type an address or a number with; each at least 20 mm wide."""

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.theme import DAY
from kiosk.widgets.control import Control

ROWS = ("1234567890+", "qwertyuiop", "asdfghjkl@", "zxcvbnm._-")
CAPITALS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL")
LAST_CAPITALS = "ZXCVBNM"
SIGNS = "@._-+"
ENDINGS = ("@gmail.com", "@hotmail.com")
DOT_COM = ".com"
BACKSPACE = "backspace"
MOST = 254
"""No address is longer (RFC 5321, 4.5.3.1.3)."""


def after(typed: str, key: str) -> str:
    """What stands there after `key`: a character, an ending, or backspace.

    An ending replaces the one that was begun, and a full stop is not typed twice:

    >>> after("ana@g", "@gmail.com"), after("ana@yahoo.", ".com")
    ('ana@gmail.com', 'ana@yahoo.com')
    """
    if key == BACKSPACE:
        return typed[:-1]
    if key in ENDINGS:
        typed = typed.partition("@")[0]
    if key == DOT_COM:
        typed = typed.rstrip(".")
    return typed + key if len(typed) + len(key) <= MOST else typed


class Key(Control):
    """One key. `glyph` is what it shows when that is not its label."""

    glyph = StringProperty()
    variant = StringProperty("letter")
    coat = ObjectProperty(DAY.secondary, rebind=True)


class Keys(BoxLayout):
    """Rows of keys. Dispatches `on_key` with the character, the ending or "backspace".

    `tall`: as high with large text as without; where there is less room, as high as fits.
    """

    tall = BooleanProperty(False)
    backspace_label = StringProperty()
    __events__ = ("on_key",)

    def __init__(self, **properties: object) -> None:
        super().__init__(orientation="vertical", **properties)
        self._lay_out()

    def _lay_out(self) -> None:
        """Add every row."""

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

    def _backspace(self, width: float) -> Key:
        key = self._key(BACKSPACE, width)
        key.glyph = "⌫"
        self.bind(backspace_label=key.setter("label"))
        return key

    def _add_row(self, keys: list[Key]) -> None:
        row = KeyRow()
        self.bind(tall=row.setter("tall"))
        for key in keys:
            row.add_widget(key)
        self.add_widget(row)


class Keyboard(Keys):
    """Four rows of ten keys, and a row of what makes an address shorter to type: what a key says is
    what it types."""

    def _lay_out(self) -> None:
        for row in ROWS:
            self._add_row([self._key(each) for each in row])
        endings = [self._key(each, 0.5 + len(each) / 4.4) for each in (*ENDINGS, DOT_COM)]
        self._add_row([*endings, self._backspace(1.2)])


class NumberKeyboard(Keys):
    """Digits and capitals: what the number of an application is made of."""

    def _lay_out(self) -> None:
        for row in CAPITALS:
            self._add_row([self._key(each) for each in row])
        self._add_row([*(self._key(each) for each in LAST_CAPITALS), self._backspace(2.0)])


class KeyRow(BoxLayout):
    """Keys side by side."""

    tall = BooleanProperty(False)

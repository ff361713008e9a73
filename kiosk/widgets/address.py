"""An e-mail address: never broken in the middle of a name, only before "@" and ".".

Addresses have no spaces, so Kivy's own wrapping would break them anywhere.
"""

import re
from collections.abc import Callable

from kivy.clock import Clock
from kivy.core.text import Label as Ruler
from kivy.properties import NumericProperty, StringProperty

from kiosk.widgets.words import Words

ROOM = 0.97
"""Heavy type is a little wider than the ruler says."""


def folded(address: str, fits: Callable[[str], bool]) -> list[str]:
    """`address` in lines that fit; a name too long for a line is cut where the line ends."""
    lines = [""]
    for piece in re.findall(r"[@.]?[^@.]*", address):
        if lines[-1] and not fits(lines[-1] + piece):
            lines.append("")
        for character in piece:
            if lines[-1] and not fits(lines[-1] + character):
                lines.append("")
            lines[-1] += character
    return lines


class Address(Words):
    """`address` on as many lines as it needs; of more than `most_lines` only the last ones."""

    address = StringProperty()
    most_lines = NumericProperty(9)
    last_width = NumericProperty(0)

    def __init__(self, **properties: object) -> None:
        self._again = Clock.create_trigger(self._fold, -1)
        super().__init__(**properties)
        for name in ("address", "width", "font_size", "most_lines"):
            self.fbind(name, self._again)
        self._again()

    def _fold(self, _dt: float) -> None:
        ruler = Ruler(font_name=self.font_name, font_size=self.font_size)

        def long(text: str) -> float:
            return ruler.get_extents(text)[0]

        lines = folded(self.address, lambda text: long(text) <= self.width * ROOM)
        if len(lines) > self.most_lines:
            lines = lines[-int(self.most_lines) :]
            lines[0] = "…" + lines[0][1:]
        self.text = "\n".join(lines)
        self.last_width = long(lines[-1])

"""A QR code as a texture of one pixel a module, drawn at a whole number of pixels each."""

from math import ceil

import segno
from kivy.graphics.texture import Texture
from kivy.properties import ListProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

BORDER = 4
"""Light modules around the code (ISO/IEC 18004: at least four)."""


def modules(text: str) -> list[list[bool]]:
    """The code of `text`, dark modules True, upper row first, with its light border."""
    code = segno.make(text, error="m", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=BORDER)]


class QrPicture(Widget):
    """As large as its modules need to be at least `least` pixels wide without the border.

    Dark on light whatever the palette: many cameras read nothing else.
    """

    text = StringProperty()
    least = NumericProperty(0)
    rows = ListProperty()
    texture = ObjectProperty(None, allownone=True)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        for name in ("text", "least"):
            self.fbind(name, self._encode)
        self._encode()

    def _encode(self, *_change: object) -> None:
        if not self.text:
            self.rows, self.texture, self.size = [], None, (0, 0)
            return
        self.rows = modules(self.text)
        side = len(self.rows)
        each = max(1, ceil(self.least / (side - 2 * BORDER)))
        self.texture = _texture(self.rows)
        self.size = (side * each, side * each)


def _texture(rows: list[list[bool]]) -> Texture:
    """Rows from the bottom up, as graphics memory wants them."""
    side = len(rows)
    texture = Texture.create(size=(side, side), colorfmt="rgb")
    texture.mag_filter = texture.min_filter = "nearest"
    pixels = bytes(
        0 if dark else 255 for row in reversed(rows) for dark in row for _channel in range(3)
    )
    texture.blit_buffer(pixels, colorfmt="rgb", bufferfmt="ubyte")
    return texture

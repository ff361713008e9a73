"""What the bank's paper looks like, and where on it the number and the day stand."""

from math import ceil

from kivy.clock import Clock
from kivy.core.text import Label as Letters
from kivy.graphics import Canvas, Color, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.properties import ObjectProperty, OptionProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.theme import Colour, Theme

SHAPE = 0.5
"""Height by width of what is drawn of the paper."""
LEAST_HEIGHT = 42
"""Millimetres; smaller than this nobody can read the paper, and it is left out."""
LINES = (
    ("", "BANCO DE LA NACIÓN", ""),
    ("day", "FECHA", "23/10/2026"),
    ("sequence", "SECUENCIA", "0123456"),
    ("", "IMPORTE", "S/ 37.70"),
)
"""Which row, its word, what stands beside it: a paper that nobody was given."""
ROW = 0.25


class VoucherPicture(Widget):
    """A paper whose `row` is ringed. Its words are the paper's own, in every language.

    `heard`: the keys of what is said of it, also where there is no room to draw it.
    """

    row = OptionProperty("sequence", options=["sequence", "day"])
    theme = ObjectProperty(Theme())
    heard = StringProperty()

    def __init__(self, **properties: object) -> None:
        self._redraw = Clock.create_trigger(self._draw, -1)
        super().__init__(**properties)
        for name in ("pos", "size", "theme", "row"):
            self.fbind(name, self._redraw)

    @staticmethod
    def fits(height: float, theme: Theme) -> bool:
        """Whether a paper of `height` pixels can be read."""
        return height * theme.mm_per_px >= LEAST_HEIGHT

    @staticmethod
    def least(theme: Theme) -> int:
        """The least height in pixels of a paper that can be read."""
        return ceil(LEAST_HEIGHT / theme.mm_per_px)

    def _draw(self, _dt: float) -> None:
        canvas: Canvas = self.canvas  # pyright: ignore[reportAssignmentType]
        canvas.clear()
        if not self.fits(self.height, self.theme):
            return
        height = min(self.height * 0.96, self.width * 0.9 * SHAPE)
        width = height / SHAPE
        left, low = self.center_x - width / 2, self.center_y - height / 2
        palette = self.theme.palette
        with canvas:
            self._slab(left, low, width, height, palette.disabled.face)
            Color(*palette.soft)
            edge = (left, low, width, height, 0.04 * height)
            SmoothLine(rounded_rectangle=edge, width=self.theme.stroke * 1.2)
            for place, (row, word, value) in enumerate(LINES):
                middle = low + height * (1 - ROW * (place + 0.5))
                self._line(left, middle, width, height, word, value, ringed=row == self.row)

    def _line(
        self,
        left: float,
        middle: float,
        width: float,
        height: float,
        word: str,
        value: str,
        *,
        ringed: bool,
    ) -> None:
        palette = self.theme.palette
        if ringed:
            box = (left - 0.02 * width, middle - 0.125 * height, 1.04 * width, ROW * height)
            self._slab(*box, palette.ground)
            Color(*palette.accent)
            SmoothLine(rounded_rectangle=(*box, 0.06 * height), width=self.theme.stroke * 3)
        size = height * (0.155 if ringed else 0.115)
        ink = palette.accent if ringed else palette.soft
        self._word(word, size, left + 0.05 * width, middle, ink, 0.0)
        if value:
            self._word(value, size, left + 0.95 * width, middle, ink, 1.0)

    def _word(
        self, text: str, size: float, x: float, middle: float, colour: Colour, right: float
    ) -> None:
        """`text` beginning at `x`, or ending there where `right` is 1."""
        letters = Letters(text=text, font_name=self.theme.font, font_size=round(size))
        letters.refresh()
        texture = letters.texture
        assert texture is not None
        wide, high = texture.size
        Color(*colour)
        place = (round(x - right * wide), round(middle - high / 2))
        Rectangle(texture=texture, pos=place, size=texture.size)

    @staticmethod
    def _slab(x: float, y: float, width: float, height: float, colour: Colour) -> None:
        Color(*colour)
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[0.04 * height])

"""A document drawn in outline, with the place marked where what is asked for stands."""

from kivy.clock import Clock
from kivy.graphics import Canvas, Color, SmoothEllipse, SmoothLine, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.theme import Colour, Theme

SHAPE = 0.63
"""Height by width of an identity card (ISO/IEC 7810, ID-1)."""
LEAST_HEIGHT = 38
"""Millimetres; smaller than this the picture says nothing and is left out."""
PLACES = {
    "number": (0.52, 0.76, 0.30, 0.13),
    "check": (0.85, 0.76, 0.09, 0.13),
    "birth": (0.38, 0.30, 0.25, 0.13),
    "issue": (0.69, 0.30, 0.25, 0.13),
}
"""Left, low, wide, high, as parts of the card."""
PAGE = {"number": (0.66, 0.8, 0.28, 0.12)}
"""The same on the page of a passport."""
MARKS = PLACES | {"ending": (0.67, 0.76, 0.15, 0.13)}


class CardPicture(Widget):
    """`place` is one of MARKS, or "" for the card alone. Grows with the room it is given.

    `passport`: the page of one, with its arrows below, in place of a card.
    """

    place = StringProperty()
    passport = BooleanProperty(False)
    theme = ObjectProperty(Theme())

    def __init__(self, **properties: object) -> None:
        self._redraw = Clock.create_trigger(self._draw, -1)
        super().__init__(**properties)
        for name in ("pos", "size", "theme", "place", "passport"):
            self.fbind(name, self._redraw)

    def _draw(self, _dt: float) -> None:
        canvas: Canvas = self.canvas  # pyright: ignore[reportAssignmentType]
        canvas.clear()
        if self.height * self.theme.mm_per_px < LEAST_HEIGHT:
            return
        height = min(self.height * 0.96, self.width * 0.66 * SHAPE)
        width = height / SHAPE
        left, low = self.center_x - width / 2, self.center_y - height / 2
        palette = self.theme.palette
        with canvas:
            self._slab(left, low, width, height, palette.tint)
            Color(*palette.soft)
            SmoothLine(
                rounded_rectangle=(left, low, width, height, 0.06 * height),
                width=self.theme.stroke * 1.2,
            )
            self._portrait(left + 0.06 * width, low + 0.2 * height, 0.25 * width, 0.5 * height)
            if self.passport:
                self._arrows(left, low, width, height)
            for name, (x, y, wide, high) in (PAGE if self.passport else PLACES).items():
                box = (left + x * width, low + y * height, wide * width, high * height)
                self._slab(*box, palette.ground if name == self.place else palette.hairline)
            for y, wide in ((0.6, 0.46), (0.48, 0.34), *(() if self.passport else ((0.1, 0.88),))):
                x = 0.06 if y < 0.2 else 0.38
                line = (left + x * width, low + y * height, wide * width, 0.055 * height)
                self._slab(*line, palette.hairline)
            if self.place:
                self._mark(left, low, width, height)

    def _portrait(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        self._slab(x, y, width, height, palette.hairline)
        Color(*palette.soft)
        head = 0.36 * width
        SmoothEllipse(pos=(x + width / 2 - head / 2, y + 0.5 * height), size=(head, head))
        SmoothRoundedRectangle(
            pos=(x + 0.2 * width, y + 0.1 * height),
            size=(0.6 * width, 0.34 * height),
            radius=[0.2 * width, 0.2 * width, 4, 4],
        )

    def _arrows(self, left: float, low: float, width: float, height: float) -> None:
        """The two rows of arrows at the lower edge."""
        Color(*self.theme.palette.soft)
        size = 0.03 * height
        for row in (0.06, 0.14):
            for column in range(24):
                x, y = left + (0.05 + 0.0375 * column) * width, low + row * height
                points = (x + size, y + size, x, y, x + size, y - size)
                SmoothLine(points=points, width=self.theme.stroke)

    def _mark(self, left: float, low: float, width: float, height: float) -> None:
        """A ring around the place, and an arrow that leads to it."""
        x, y, wide, high = (PAGE if self.passport else MARKS)[self.place]
        gap = 0.03 * height
        box = (
            left + x * width - gap,
            low + y * height - gap,
            wide * width + 2 * gap,
            high * height + 2 * gap,
        )
        Color(*self.theme.palette.accent)
        pen = self.theme.stroke * 3
        SmoothLine(rounded_rectangle=(*box, 0.05 * height), width=pen)
        for part in (0.2, 0.4, 0.6, 0.8) if self.place != "check" else (0.5,):
            at = left + (x + wide * part) * width
            SmoothEllipse(
                pos=(at - gap * 0.7, low + (y + high / 2) * height - gap * 0.7),
                size=(gap * 1.4, gap * 1.4),
            )

    @staticmethod
    def _slab(x: float, y: float, width: float, height: float, colour: Colour) -> None:
        Color(*colour)
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[0.12 * min(width, height)])

"""How to hold the document: a card whose side with arrows goes down into the reader."""

from kivy.clock import Clock
from kivy.graphics import (
    Canvas,
    Color,
    PopMatrix,
    PushMatrix,
    SmoothEllipse,
    SmoothLine,
    SmoothRoundedRectangle,
    Translate,
)
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.theme import Colour, Theme

STEPS_A_SECOND = 15
SECONDS_A_ROUND = 4.0
SHAPE = 0.62
LEAST_HEIGHT = 45
"""Millimetres; smaller than this the picture says nothing and is left out."""


class DocumentPicture(Widget):
    """The card sinks slowly into the reader and comes back; `phase` runs from 0 to 1."""

    phase = NumericProperty(0.0)
    theme = ObjectProperty(Theme())

    def __init__(self, **properties: object) -> None:
        self._card = Translate(0, 0)
        self._redraw = Clock.create_trigger(self._draw, -1)
        super().__init__(**properties)
        for name in ("pos", "size", "theme"):
            self.fbind(name, self._redraw)
        self.fbind("phase", self._sink)
        self.fbind("parent", self._wind)
        self._ticking = None

    def _wind(self, *_change: object) -> None:
        if self._ticking is None:
            self._ticking = Clock.schedule_interval(self._step, 1 / STEPS_A_SECOND)

    def _step(self, _dt: float) -> bool:
        if self.get_root_window() is None:
            self._ticking = None
            return False
        self.phase = (self.phase + 1 / (STEPS_A_SECOND * SECONDS_A_ROUND)) % 1
        return True

    def _sink(self, *_change: object) -> None:
        """Down in the first half of a round, a rest, and up again: never a jump."""
        way = min(1.0, max(0.0, 1.6 - abs(self.phase * 4 - 2) * 1.2))
        self._card.y = -0.24 * min(self.width * SHAPE, self.height) * way * way * (3 - 2 * way)

    def _draw(self, _dt: float) -> None:
        canvas: Canvas = self.canvas  # pyright: ignore[reportAssignmentType]
        canvas.clear()
        if self.height < self.theme.px(LEAST_HEIGHT):
            return
        width = min(self.width, self.height / SHAPE)
        height = width * SHAPE
        left, low = self.center_x - width / 2, self.center_y - height / 2
        with canvas:
            PushMatrix()
            self._card = Translate(0, 0)
            self._draw_card(left + 0.23 * width, low + 0.44 * height, 0.54 * width, 0.54 * height)
            PopMatrix()
            self._draw_reader(left + 0.13 * width, low, 0.74 * width, 0.32 * height)
            for middle in (0.11, 0.89):
                self._draw_arrow(left + middle * width, low + 0.71 * height, 0.075 * width)
        self._sink()

    def _draw_card(self, x: float, y: float, width: float, height: float) -> None:
        palette, edge = self.theme.palette, self.theme.stroke * 1.6
        self._slab(x, y, width, height, 0.07 * height, palette.ground)
        Color(*palette.accent)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.07 * height), width=edge)
        self._slab(
            x + 0.07 * width, y + 0.42 * height, 0.24 * width, 0.46 * height, 6, palette.tint
        )
        Color(*palette.accent)
        head = 0.15 * height
        middle = x + 0.19 * width
        SmoothEllipse(pos=(middle - head / 2, y + 0.66 * height), size=(head, head))
        SmoothRoundedRectangle(
            pos=(middle - head * 0.85, y + 0.44 * height),
            size=(head * 1.7, head * 1.25),
            radius=[head * 0.8, head * 0.8, 4, 4],
        )
        for row, long in enumerate((0.52, 0.42, 0.48)):
            at = y + (0.8 - 0.15 * row) * height
            self._slab(x + 0.39 * width, at, long * width, 0.055 * height, 4, palette.hairline)
        self._slab(
            x + 0.03 * width, y + 0.05 * height, 0.94 * width, 0.28 * height, 8, palette.tint
        )
        Color(*palette.accent)
        for row in (0.12, 0.245):
            for column in range(17):
                self._wedge(x + (0.075 + 0.05 * column) * width, y + row * height, 0.042 * height)

    def _draw_reader(self, x: float, y: float, width: float, height: float) -> None:
        palette = self.theme.palette
        self._slab(x, y, width, height, 0.14 * height, palette.ink)
        Color(*palette.soft)
        SmoothLine(rounded_rectangle=(x, y, width, height, 0.14 * height), width=2)
        self._slab(
            x + 0.1 * width, y + height * 0.86, 0.8 * width, height * 0.07, 6, palette.good.edge
        )
        self._slab(x + 0.42 * width, y + 0.3 * height, 0.16 * width, 10, 5, palette.stripe)

    def _draw_arrow(self, x: float, y: float, size: float) -> None:
        Color(*self.theme.palette.accent)
        thick = max(3.0, size * 0.09)
        wings = (x - size / 2, y - size / 3, x, y - size * 0.85, x + size / 2, y - size / 3)
        SmoothLine(points=(x, y + size, x, y - size * 0.8), width=thick, cap="round")
        SmoothLine(points=wings, width=thick, cap="round", joint="round")

    @staticmethod
    def _slab(
        x: float, y: float, width: float, height: float, radius: float, colour: Colour
    ) -> None:
        Color(*colour)
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[radius])

    @staticmethod
    def _wedge(x: float, y: float, size: float) -> None:
        SmoothLine(points=(x + size, y + size, x, y, x + size, y - size), width=1.6)

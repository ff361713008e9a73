"""A picture drawn with round pen strokes; see `strokes.PICTURES`."""

from kivy.clock import Clock
from kivy.graphics import (
    Canvas,
    Color,
    PopMatrix,
    PushMatrix,
    SmoothEllipse,
    SmoothLine,
    Translate,
)
from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.widgets.strokes import PICTURES, Stroke


class Icon(Widget):
    """`picture` in `colour`, as large as fits; `pen` is the stroke's width on a side of 24.

    Drawn around its own middle: when it only moves, nothing is drawn again.
    """

    picture = StringProperty()
    colour = ColorProperty("#000000")
    pen = NumericProperty(1.9)

    def __init__(self, **properties: object) -> None:
        self._middle = Translate(0, 0)
        self._redraw = Clock.create_trigger(self._draw, -1)
        super().__init__(**properties)
        for name in ("picture", "colour", "pen", "size"):
            self.fbind(name, self._redraw)
        for name in ("pos", "size"):
            self.fbind(name, self._place)
        self._redraw()

    def _place(self, *_change: object) -> None:
        self._middle.x, self._middle.y = self.center

    def _draw(self, _dt: float) -> None:
        canvas: Canvas = self.canvas  # pyright: ignore[reportAssignmentType]
        canvas.clear()
        if not self.picture or min(self.size) <= 0:
            return
        with canvas:
            Color(*self.colour)
            PushMatrix()
            self._middle = Translate(*self.center)
            for stroke in PICTURES[self.picture]:
                self._pull(stroke)
            PopMatrix()

    def _pull(self, stroke: Stroke) -> None:
        unit = min(self.size) / 24
        points = [((x - 12) * unit, (12 - y) * unit) for x, y in stroke]
        thick = self.pen * unit
        SmoothLine(points=points, width=thick / 2, overdraw_width=1)
        for x, y in {points[0], points[-1], *(points if len(points) < 7 else ())}:
            SmoothEllipse(pos=(x - thick / 2, y - thick / 2), size=(thick, thick))

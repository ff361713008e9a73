"""What the pictures that show a movement have in common: they come and go slowly, no jumps."""

from kivy.clock import Clock
from kivy.graphics import (
    Canvas,
    Color,
    PopMatrix,
    PushMatrix,
    SmoothRoundedRectangle,
    Translate,
)
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.theme import Colour, Theme

STEPS_A_SECOND = 15
SECONDS_A_ROUND = 4.0
SHAPE = 0.62
LEAST_HEIGHT = 45
"""Millimetres; smaller than this the picture says nothing and is left out."""


class MovingPicture(Widget):
    """`phase` runs from 0 to 1 while `moving`. A picture draws what moves and what rests."""

    phase = NumericProperty(0.0)
    moving = BooleanProperty(True)
    theme = ObjectProperty(Theme())

    def __init__(self, **properties: object) -> None:
        self._shift = Translate(0, 0)
        self._redraw = Clock.create_trigger(self._draw, -1)
        self._ticking = None
        super().__init__(**properties)
        for name in ("pos", "size", "theme"):
            self.fbind(name, self._redraw)
        self.fbind("phase", self._move)
        for name in ("parent", "moving"):
            self.fbind(name, self._wind)

    def draw_moving(self, left: float, low: float, width: float, height: float) -> None:
        """Draw what moves, on a field of `width` x `height`."""

    def draw_resting(self, left: float, low: float, width: float, height: float) -> None:
        """Draw what rests, over what moves."""

    def way(self, width: float) -> tuple[float, float]:
        """How far the moving part goes on a field of `width`, in pixels."""
        return 0.0, -0.15 * width

    def _wind(self, *_change: object) -> None:
        if self.moving and self.parent is not None and self._ticking is None:
            self._ticking = Clock.schedule_interval(self._step, 1 / STEPS_A_SECOND)

    def _step(self, _dt: float) -> bool:
        if not self.moving or self.get_root_window() is None:
            self._ticking = None
            return False
        self.phase = (self.phase + 1 / (STEPS_A_SECOND * SECONDS_A_ROUND)) % 1
        return True

    def _move(self, *_change: object) -> None:
        """There in the first half of a round, a rest, and back again: never a jump."""
        gone = min(1.0, max(0.0, 1.6 - abs(self.phase * 4 - 2) * 1.2))
        right, up = self.way(min(self.width, self.height / SHAPE))
        eased = gone * gone * (3 - 2 * gone)
        self._shift.x, self._shift.y = right * eased, up * eased

    def _draw(self, _dt: float) -> None:
        canvas: Canvas = self.canvas  # pyright: ignore[reportAssignmentType]
        canvas.clear()
        if self.height < self.theme.px(LEAST_HEIGHT):
            return
        width = min(self.width, self.height / SHAPE)
        height = width * SHAPE
        field = (self.center_x - width / 2, self.center_y - height / 2, width, height)
        with canvas:
            PushMatrix()
            self._shift = Translate(0, 0)
            self.draw_moving(*field)
            PopMatrix()
            self.draw_resting(*field)
        self._move()

    @staticmethod
    def slab(
        x: float, y: float, width: float, height: float, radius: float, colour: Colour
    ) -> None:
        """A filled rectangle with round corners."""
        Color(*colour)
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[radius])

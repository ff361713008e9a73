"""A line with a light that wanders along it: something is being done, however long it takes."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.widget import Widget

STEPS_A_SECOND = 20
SECONDS_A_ROUND = 2.4


class ProgressLine(Widget):
    """Moves only while `moving` and on the screen; otherwise nothing is drawn again."""

    moving = BooleanProperty(True)
    phase = NumericProperty(0.0)

    def __init__(self, **properties: object) -> None:
        self._ticking = None
        super().__init__(**properties)
        self.fbind("moving", self._wind)
        self.fbind("parent", self._wind)
        self._wind()

    def _wind(self, *_change: object) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        if self.moving and self.parent is not None:
            self._ticking = Clock.schedule_interval(self._step, 1 / STEPS_A_SECOND)

    def _step(self, _dt: float) -> bool:
        if self.get_root_window() is None:
            self._ticking = None
            return False
        self.phase = (self.phase + 1 / (STEPS_A_SECOND * SECONDS_A_ROUND)) % 1
        return True

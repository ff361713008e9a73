"""The question whether somebody is still there, over whatever is on the screen."""

from typing import Literal

from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty
from kivy.uix.floatlayout import FloatLayout


class IdleWarning(FloatLayout):
    """Any touch means "yes"; `on_leave` is the button that means "no"."""

    seconds = NumericProperty(0)
    __events__ = ("on_leave",)

    def on_touch_down(self, touch: MotionEvent) -> Literal[True]:
        """Nothing below may be touched through the question."""
        super().on_touch_down(touch)
        return True

    def on_leave(self) -> None:
        """The person says that they are done."""

"""The languages to choose from, laid over whatever is on the screen."""

from typing import Literal

from kivy.clock import Clock
from kivy.input.motionevent import MotionEvent
from kivy.properties import ListProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.comfort import OWN_NAMES
from kiosk.widgets.verb_button import VerbButton


class LanguageChooser(FloatLayout):
    """`languages` are the codes that can be spoken here, `spoken` the present one.

    Dispatches `on_chosen` with a code, `on_closed` when the person keeps what they have.
    """

    languages = ListProperty()
    spoken = StringProperty()
    __events__ = ("on_chosen", "on_closed")

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        Clock.schedule_once(self._fill, -1)

    def _fill(self, _dt: float) -> None:
        for code in self.languages:
            here = code == self.spoken
            button = VerbButton(
                name=f"language:{code}",
                label=OWN_NAMES.get(code, code),
                variant="primary" if here else "secondary",
                before="check" if here else "",
            )
            button.bind(on_release=lambda _button, code=code: self.dispatch("on_chosen", code))
            self.ids.ways.add_widget(button)

    def on_touch_down(self, touch: MotionEvent) -> Literal[True]:
        """Nothing below may be touched through it; beside it means "leave it as it is"."""
        super().on_touch_down(touch)
        return True

    def on_chosen(self, code: str) -> None:
        """This one, from now on."""

    def on_closed(self) -> None:
        """None of them."""

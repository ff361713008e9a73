"""The languages by their own names, one touch each: no word of another language to be known."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.comfort import OWN_NAMES
from kiosk.theme import DAY
from kiosk.widgets.control import Control

KNOWN_AS = {"qu": "quechua", "ay": "aimara"}
"""What many who speak it call it too, and everybody around them."""


class LanguageButton(Control):
    """One language; filled while it is `spoken`. `note`: what else it is called."""

    code = StringProperty()
    note = StringProperty()
    spoken = StringProperty()
    coat = ObjectProperty(DAY.secondary, rebind=True)


class LanguageRow(GridLayout):
    """`languages` are the codes that can be spoken here, `spoken` the present one.

    Dispatches `on_chosen` with a code. `others`: only those that are not spoken now, where large
    words leave no room for all. `brief`: by their own names alone, where the row would be too high
    to reach.
    """

    languages = ListProperty()
    spoken = StringProperty()
    others = BooleanProperty(False)
    brief = BooleanProperty(False)
    __events__ = ("on_chosen",)

    def __init__(self, **properties: object) -> None:
        self._fill = Clock.create_trigger(self._lay_out, -1)
        super().__init__(**properties)
        for name in ("languages", "spoken", "others", "brief"):
            self.fbind(name, self._fill)
        self._fill()

    def _lay_out(self, _dt: float) -> None:
        self.clear_widgets()
        for code in self.languages:
            if self.others and code == self.spoken:
                continue
            label = OWN_NAMES.get(code, code)
            button = LanguageButton(
                name=f"speak:{code}",
                code=code,
                label=label,
                note="" if self.brief else KNOWN_AS.get(code, ""),
                spoken=self.spoken,
                later=True,
            )
            button.bind(on_release=lambda _button, code=code: self.dispatch("on_chosen", code))
            self.add_widget(button)

    def on_chosen(self, code: str) -> None:
        """This one, from now on."""

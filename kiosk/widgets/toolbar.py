"""The bar at the foot of every screen: a person, the language, how it looks, how it sounds."""

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.comfort import Comfort
from kiosk.flow.facts import HelpState
from kiosk.theme import DAY
from kiosk.widgets.control import Control

CALL_OPEN = (HelpState.CALLING, HelpState.CALLED, HelpState.COMING)


class Tool(Control):
    """A picture and a short word. One that is `on` is filled and carries a check.

    The word stands below the picture, or `beside` it. One that is not `drawn` is its word alone,
    where a second row takes the room: what is on is then filled and in heavy type. A word below its
    picture stays on one line, and a longer one has the wider tool.
    """

    picture = StringProperty()
    on = BooleanProperty(False)
    beside = BooleanProperty(False)
    drawn = BooleanProperty(True)
    coat = ObjectProperty(DAY.secondary, rebind=True)


class ToolGrid(GridLayout):
    """Tools side by side; where words are large, on more rows."""

    most = NumericProperty(6)


class Toolbar(BoxLayout):
    """Shows `comfort` and whether `help` was called; dispatches the touches.

    `foreign_voice`: the language of the screen has no voice, and another one is heard.
    `on_help`, `on_language`, `on_wish` (with the Wish's word), `on_voice` (repeat, pause, volume).
    """

    comfort = ObjectProperty(Comfort(), rebind=True)
    help = ObjectProperty(HelpState.NOT_CALLED)
    called = BooleanProperty(False)
    foreign_voice = BooleanProperty(False)
    __events__ = ("on_help_touched", "on_language", "on_wish", "on_voice")

    def on_help(self, _bar: object, state: HelpState) -> None:
        """Whether a call is open."""
        self.called = state in CALL_OPEN

    def on_help_touched(self) -> None:
        """Somebody should come."""

    def on_language(self) -> None:
        """Another language is wanted."""

    def on_wish(self, wish: str) -> None:
        """One wish the other way round."""

    def on_voice(self, verb: str) -> None:
        """Repeat, pause or go on, or louder."""

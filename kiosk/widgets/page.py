"""The frame of a screen: header, contents, controls at the bottom."""

from collections.abc import Callable

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.events import Event
from kiosk.flow.facts import HelpState
from kiosk.flow.states import State
from kiosk.flow.steps import step_of
from kiosk.widgets.localizer import Localizer
from kiosk.widgets.making_room import MakesRoom


class Page(BoxLayout):
    """A screen. It shows one flow state and emits events; it decides nothing.

    `name` is the screen's stable id, `emit` takes the events, `loc` gives the words.
    `draft` is what the person has typed here: it outlives a change of theme or language, never
    the screen.
    """

    name = StringProperty()
    site = StringProperty()
    step = StringProperty()
    help = ObjectProperty(HelpState.NOT_CALLED)
    loc = ObjectProperty()
    draft = StringProperty()

    def __init__(self, emit: Callable[[Event], None], loc: Localizer, **properties: object) -> None:
        self.emit = emit
        super().__init__(loc=loc, **properties)

    _begun = False

    def begin(self, typed: str) -> None:
        """What stands on the line when the screen appears; from then on it is the person's."""
        if not self._begun:
            self._begun = True
            self.draft = self.draft or typed

    def render(self, state: State) -> None:
        """Set the properties that show `state`."""
        self.site = state.world.site
        self.step = step_of(state.at) or ""
        self.help = state.help


class Contents(MakesRoom):
    """Between header and footer."""


class Upper(BoxLayout):
    """What is only read: reaches down to where controls may begin, 35 % below the top."""


class Footer(BoxLayout):
    """The way out, always in the same place: back on the left, cancel on the right.

    `alone`: one of the two is not there, and the other has the whole row.
    """

    alone = BooleanProperty(False)

"""Nobody is here: what this is for, and one touch to start."""

from uuid import uuid4

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.states import State
from kiosk.flow.touches import Start
from kiosk.widgets.page import Page


class Step(BoxLayout):
    """One of the three things a person will do here: a picture and a few words."""

    picture = StringProperty()
    label = StringProperty()


class WelcomeScreen(Page):
    """The first touch mints the session. `notice`: while the server is away, what is left."""

    notice = StringProperty()

    def render(self, state: State) -> None:
        """Say what cannot be had now before anybody begins."""
        super().render(state)
        self.notice = "" if state.world.server else self.loc._("offline.only_turns")

    def start(self, *, preferential: bool) -> None:
        """Begin, attended first when the person says so; nothing is asked to prove it."""
        self.emit(Start(uuid4(), preferential))

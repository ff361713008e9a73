"""Nobody is here: what this is for, and one touch to start."""

from uuid import uuid4

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout

from kiosk.flow.follow.following import can_follow
from kiosk.flow.states import State
from kiosk.flow.touches import AlreadyApplied, OpenGuide, Start
from kiosk.widgets.page import Page


class Step(AnchorLayout):
    """One of the three things a person will do here, as a picture."""

    picture = StringProperty()


class WelcomeScreen(Page):
    """The first touch mints the session. `notice`: while the server is away, what is left."""

    notice = StringProperty()
    can_follow = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Say what cannot be had now before anybody begins."""
        super().render(state)
        self.can_follow = can_follow(state.world)
        self.notice = "" if state.world.server else self.loc._("offline.only_turns")

    def start(self, *, preferential: bool) -> None:
        """Begin, attended first when the person says so; nothing is asked to prove it."""
        self.emit(Start(uuid4(), preferential))

    def already_applied(self) -> None:
        """Something was begun before."""
        self.emit(AlreadyApplied(uuid4()))

    def open_guide(self) -> None:
        """What is there to know?"""
        self.emit(OpenGuide(uuid4()))

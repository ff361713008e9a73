"""Nobody is here: what this is for, and one touch to start."""

from uuid import uuid4

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.follow.following import can_follow
from kiosk.flow.states import State
from kiosk.flow.touches import AlreadyApplied, OpenGuide, Start
from kiosk.flow.world import ServiceKind, World, certificate_notice
from kiosk.screens.start.out_of_service import WHY
from kiosk.widgets.page import Page


class Step(BoxLayout):
    """One of the steps of a certificate, as the header counts them: number, picture, words."""

    number = StringProperty()
    picture = StringProperty()
    label = StringProperty()


class WelcomeScreen(Page):
    """The first touch mints the session. `notice`: what cannot be had now.

    `steps`: there is room to show what comes. `tight`: words, reach or the voice's tools need it;
    `near`: reach and the voice together.
    """

    notice = StringProperty()
    can_follow = BooleanProperty(True)
    steps = BooleanProperty(True)
    tight = BooleanProperty(False)
    near = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Say what cannot be had now before anybody begins."""
        super().render(state)
        self.can_follow = can_follow(state.world)
        self.notice = self._notice(state.world)

    def _notice(self, world: World) -> str:
        """What cannot be had now, in one line; empty where all can, or no certificate is given."""
        if not world.server:
            return self.loc._("offline.only_turns")
        sold = any(each.kind is ServiceKind.CERTIFICATE for each in world.services)
        notice = certificate_notice(world) if sold else None
        return self.loc._(WHY[notice]) if notice is not None else ""

    def start(self, *, preferential: bool) -> None:
        """Begin, attended first when the person says so; nothing is asked to prove it."""
        self.emit(Start(uuid4(), preferential))

    def already_applied(self) -> None:
        """Something was begun before."""
        self.emit(AlreadyApplied(uuid4()))

    def open_guide(self) -> None:
        """What is there to know?"""
        self.emit(OpenGuide(uuid4()))

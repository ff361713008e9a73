"""Nothing was applied for with this document, as far as this site knows."""

from typing import Any

from kivy.properties import BooleanProperty

from kiosk.flow.follow.following import may_apply
from kiosk.flow.follow.states import FollowedNothing
from kiosk.flow.states import State
from kiosk.flow.touches import AskForCertificate, Finish, TakeTurn, TypeNumberInstead
from kiosk.flow.world import gives_turns
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


class FollowedNothingScreen(Page):
    """Whoever paid at the bank only begins here; the number on the paper may find it, or a person.

    `applies`: a certificate can be asked for with the document that was read.
    """

    turns = BooleanProperty(True)
    applies = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._ask = Offered(self.ids.ask)

    def render(self, state: State) -> None:
        """A turn needs who gives it, and a certificate who sells it."""
        super().render(state)
        assert isinstance(state.at, FollowedNothing)
        self.applies = may_apply(state.world, state.at)
        self._ask.offer(offered=self.applies)
        self.turns = gives_turns(state.world)

    def ask(self) -> None:
        """A certificate."""
        self.emit(AskForCertificate())

    def type_number(self) -> None:
        """The number instead."""
        self.emit(TypeNumberInstead())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

"""Nothing was applied for with this document, as far as this site knows."""

from kivy.properties import BooleanProperty

from kiosk.flow.states import State
from kiosk.flow.touches import Finish, TakeTurn, TypeNumberInstead
from kiosk.flow.world import gives_turns
from kiosk.widgets.page import Page


class FollowedNothingScreen(Page):
    """The number on the paper may find it; a person may too."""

    turns = BooleanProperty(True)

    def render(self, state: State) -> None:
        """A turn needs who gives it."""
        super().render(state)
        self.turns = gives_turns(state.world)

    def type_number(self) -> None:
        """The number instead."""
        self.emit(TypeNumberInstead())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

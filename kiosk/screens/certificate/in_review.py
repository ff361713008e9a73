"""People at the centre decide: the result comes by e-mail, or a turn is taken now."""

from kivy.properties import BooleanProperty

from kiosk.flow.states import State
from kiosk.flow.touches import TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.result_page import ResultPage


class InReviewScreen(ResultPage):
    """A normal outcome, and said so."""

    turns = BooleanProperty(True)

    def render(self, state: State) -> None:
        """A turn needs the server that gives it."""
        super().render(state)
        self.turns = gives_turns(state.world)

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

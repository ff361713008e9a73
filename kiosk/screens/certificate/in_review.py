"""People at the centre decide: the result comes by e-mail, or a turn is taken now."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.follow.correction import may_correct
from kiosk.flow.states import InReview, State
from kiosk.flow.touches import CorrectEmail, TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.mask import masked_email
from kiosk.widgets.offered import Offered
from kiosk.widgets.result_page import ResultPage


class InReviewScreen(ResultPage):
    """A normal outcome, and said so. `email` is whole, as on every end of a certificate."""

    turns = BooleanProperty(True)
    masked = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._correct = Offered(self.ids.correct_email)

    def render(self, state: State) -> None:
        """A turn needs the server that gives it, and so does another address."""
        super().render(state)
        at = state.at
        assert isinstance(at, InReview)
        self.email = at.order.email or ""
        self.masked = masked_email(self.email)
        self.turns = gives_turns(state.world)
        self._correct.offer(offered=may_correct(state.world, at))

    def correct_email(self) -> None:
        """The address is wrong."""
        self.emit(CorrectEmail())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

"""The terminal has the person's attention; nothing can be cancelled here."""

from kivy.properties import StringProperty

from kiosk.flow.states import PayingByCard, State
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


class PayingByCardScreen(Page):
    """Says where to look, and how much."""

    amount = StringProperty()

    def render(self, state: State) -> None:
        """Show the amount the terminal shows too."""
        super().render(state)
        assert isinstance(state.at, PayingByCard)
        self.amount = soles(state.at.order.amount_centimos)

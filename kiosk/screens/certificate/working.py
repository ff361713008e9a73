"""Paid: the centre issues; nothing to do but wait."""

from kivy.properties import StringProperty

from kiosk.flow.states import State, Working
from kiosk.widgets.change import change_to_take
from kiosk.widgets.waiting_page import WaitingPage


class WorkingScreen(WaitingPage):
    """Leaving is not possible now: the outcome comes in a moment."""

    change = StringProperty()

    def render(self, state: State) -> None:
        """Show the number people keep, and that there is change to take."""
        super().render(state)
        assert isinstance(state.at, Working)
        self.detail = state.at.order.number
        self.change = change_to_take(self.loc, state.at.order)

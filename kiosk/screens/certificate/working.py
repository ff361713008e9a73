"""Paid: the centre issues; nothing to do but wait."""

from kiosk.flow.states import State, Working
from kiosk.widgets.waiting_page import WaitingPage


class WorkingScreen(WaitingPage):
    """Leaving is not possible now: the outcome comes in a moment."""

    def render(self, state: State) -> None:
        """Show the number people keep."""
        super().render(state)
        assert isinstance(state.at, Working)
        self.detail = state.at.order.number

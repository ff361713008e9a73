"""Accepted, but it takes longer than a person should stand here."""

from kivy.properties import BooleanProperty

from kiosk.flow.states import State, StillWorking
from kiosk.widgets.result_page import ResultPage


class StillWorkingScreen(ResultPage):
    """The certificate follows by e-mail (the address is whole), or is collected with the number.

    `free`: it is one in force that is sent again, and nobody paid here.
    """

    free = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Say whether something was paid."""
        super().render(state)
        assert isinstance(state.at, StillWorking)
        self.email = state.at.order.email or ""
        self.free = state.at.order.free

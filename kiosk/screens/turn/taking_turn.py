"""The server is being asked for a place in the queue; nothing to do but wait."""

from kiosk.flow.service_words import name_in
from kiosk.flow.states import State, TakingTurn
from kiosk.widgets.waiting_page import WaitingPage


class TakingTurnScreen(WaitingPage):
    """Leaving is not possible now: the turn may already exist."""

    def render(self, state: State) -> None:
        """Name the service that is being asked for."""
        super().render(state)
        assert isinstance(state.at, TakingTurn)
        self.detail = name_in(self.loc.language, state.at.service)

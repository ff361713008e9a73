"""The server is being asked for a place in the queue; nothing to do but wait."""

from kivy.properties import StringProperty

from kiosk.flow.states import State, TakingTurn
from kiosk.widgets.page import Page


class TakingTurnScreen(Page):
    """Leaving is not possible now: the turn may already exist."""

    service = StringProperty()

    def render(self, state: State) -> None:
        """Name the service that is being asked for."""
        super().render(state)
        assert isinstance(state.at, TakingTurn)
        self.service = state.at.service.name

"""The address of an application is changed; nothing to do but wait."""

from kiosk.flow.states import CorrectingEmail, State
from kiosk.widgets.waiting_page import WaitingPage


class CorrectingEmailScreen(WaitingPage):
    """Short: one answer of the site's own server."""

    def render(self, state: State) -> None:
        """Show the number that was typed."""
        super().render(state)
        assert isinstance(state.at, CorrectingEmail)
        self.detail = state.at.number

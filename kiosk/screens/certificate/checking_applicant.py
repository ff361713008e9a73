"""The centre is asked who this is; nothing to do but wait."""

from kiosk.flow.service_words import name_in
from kiosk.flow.states import CheckingApplicant, State
from kiosk.widgets.waiting_page import WaitingPage


class CheckingApplicantScreen(WaitingPage):
    """Before any money."""

    def render(self, state: State) -> None:
        """Name the service that is being checked."""
        super().render(state)
        assert isinstance(state.at, CheckingApplicant)
        self.detail = name_in(self.loc.language, state.at.service)

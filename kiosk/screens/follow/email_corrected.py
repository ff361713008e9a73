"""From now on everything goes to the right address."""

from kivy.properties import StringProperty

from kiosk.flow.states import EmailCorrected, State
from kiosk.flow.touches import Finish
from kiosk.widgets.mask import masked_email
from kiosk.widgets.page import Page


class EmailCorrectedScreen(Page):
    """`email` is masked."""

    email = StringProperty()

    def render(self, state: State) -> None:
        """Show where it goes."""
        super().render(state)
        assert isinstance(state.at, EmailCorrected)
        self.email = masked_email(state.at.email)

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

"""From now on everything goes to the right address."""

from kivy.properties import StringProperty

from kiosk.flow.states import EmailCorrected, State
from kiosk.flow.touches import Finish
from kiosk.widgets.page import Page


class EmailCorrectedScreen(Page):
    """`email` is whole, once: whoever typed it has to see a slip of their own."""

    email = StringProperty()

    def render(self, state: State) -> None:
        """Show where it goes."""
        super().render(state)
        assert isinstance(state.at, EmailCorrected)
        self.email = state.at.email

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

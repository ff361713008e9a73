"""From now on everything goes to the right address."""

from typing import Any

from kivy.properties import StringProperty

from kiosk.flow.states import EmailCorrected, State
from kiosk.flow.touches import Back, CorrectEmail, Finish
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


class EmailCorrectedScreen(Page):
    """`email` is whole: whoever typed it has to see a slip of their own, and mend it."""

    email = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._back = Offered(self.ids.back)

    def render(self, state: State) -> None:
        """Show where it goes; back to the certificate's code, for whoever came from there."""
        super().render(state)
        assert isinstance(state.at, EmailCorrected)
        self.email = state.at.email
        self._back.offer(offered=state.at.before is not None)

    def correct_email(self) -> None:
        """A letter is wrong."""
        self.emit(CorrectEmail())

    def back(self) -> None:
        """To what became of the application."""
        self.emit(Back())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

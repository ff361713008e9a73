"""No e-mail: how the certificate is had then."""

from kivy.properties import BooleanProperty

from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, GaveEmail
from kiosk.widgets.page import Page


class WithoutEmailScreen(Page):
    """`public`: phones reach the site's server, so a code on the screen can be scanned."""

    public = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Say every way that there is here."""
        super().render(state)
        self.public = state.world.public_address

    def go_on(self) -> None:
        """Without an address."""
        self.emit(GaveEmail(None))

    def back(self) -> None:
        """To the keyboard, after all."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""What the certificate is, what it costs, and what is done with the person's data."""

from kivy.properties import StringProperty

from kiosk.flow.states import State, Terms
from kiosk.flow.touches import Accept, Back, Cancel
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


class TermsScreen(Page):
    """One idea on a line; nothing goes on until it is accepted."""

    fee = StringProperty()

    def render(self, state: State) -> None:
        """Say today's fee."""
        super().render(state)
        assert isinstance(state.at, Terms)
        cents = state.world.fee_centimos
        self.fee = "" if cents is None else self.loc._("terms.fee").format(fee=soles(cents))

    def accept(self) -> None:
        """Read and accepted."""
        self.emit(Accept())

    def back(self) -> None:
        """To what one can choose."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

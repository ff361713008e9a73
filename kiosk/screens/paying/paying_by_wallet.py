"""A code that a wallet pays: the amount, and how to give it up."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.states import PayingByWallet, State
from kiosk.flow.touches import Cancel
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


class PayingByWalletScreen(Page):
    """`payload` is empty until the code is here, and gone once it is given up."""

    amount = StringProperty()
    payload = StringProperty()
    stopping = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show the code and the amount the wallet will show too."""
        super().render(state)
        at = state.at
        assert isinstance(at, PayingByWallet)
        self.amount = soles(at.order.amount_centimos)
        self.payload = at.payload or ""
        self.stopping = at.stopping

    def cancel(self) -> None:
        """Give the code up."""
        self.emit(Cancel())

"""An answer about the money was lost."""

from kivy.properties import StringProperty

from kiosk.flow.states import PaymentUnknown, State
from kiosk.order import Means
from kiosk.widgets.result_page import ResultPage

WHY = {
    Means.CARD: "payment_unknown.why",
    Means.CASH: "payment_unknown.why_cash",
    Means.WALLET: "payment_unknown.why_wallet",
}


class PaymentUnknownScreen(ResultPage):
    """Not to pay again, the number, and where to ask: never an invitation to pay again.

    `why`: who did not answer.
    """

    why = StringProperty()

    def render(self, state: State) -> None:
        """Say who did not answer."""
        super().render(state)
        assert isinstance(state.at, PaymentUnknown)
        self.why = self.loc._(WHY[state.at.order.means or Means.CARD])

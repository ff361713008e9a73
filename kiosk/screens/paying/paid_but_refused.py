"""The centre refused after the fee was taken: staff return it, the slip is the proof."""

from kivy.properties import StringProperty

from kiosk.flow.states import PaidButRefused, State
from kiosk.widgets.money import soles
from kiosk.widgets.result_page import ResultPage


class PaidButRefusedScreen(ResultPage):
    """Says first that the money comes back; a bank's payment, that it may be used again."""

    refund = StringProperty()
    staff = StringProperty()

    def render(self, state: State) -> None:
        """Show what is returned."""
        super().render(state)
        assert isinstance(state.at, PaidButRefused)
        order = state.at.order
        if order.means is None:  # the bank has it, and nothing is given back here
            self.refund = self.loc._("paid_but_refused.bank")
            self.staff = self.loc._("paid_but_refused.bank_what")
            return
        amount = soles(order.amount_centimos)
        self.refund = self.loc._("paid_but_refused.refund").format(amount=amount)
        self.staff = self.loc._("paid_but_refused.staff")

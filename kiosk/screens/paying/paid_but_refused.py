"""The centre refused after the fee was taken: staff return it, the slip is the proof."""

from kivy.properties import StringProperty

from kiosk.flow.states import PaidButRefused, State
from kiosk.widgets.money import soles
from kiosk.widgets.result_page import ResultPage


class PaidButRefusedScreen(ResultPage):
    """Says first that the money comes back."""

    refund = StringProperty()

    def render(self, state: State) -> None:
        """Show what is returned."""
        super().render(state)
        assert isinstance(state.at, PaidButRefused)
        amount = soles(state.at.order.amount_centimos)
        self.refund = self.loc._("paid_but_refused.refund").format(amount=amount)

"""Not all of the cash could be given back: how much is owed, and the code that collects it."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.states import HoldsClaim, State
from kiosk.widgets.money import soles
from kiosk.widgets.result_page import ResultPage


class HoldsClaimScreen(ResultPage):
    """The code stands here too: the slip may not have come out."""

    owed = StringProperty()
    code = StringProperty()
    others = StringProperty()
    wants_turn = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show amount and every code; the first of them large."""
        super().render(state)
        assert isinstance(state.at, HoldsClaim)
        claims = state.at.order.owed
        amount = soles(sum(each.amount_centimos for each in claims))
        self.owed = self.loc._("holds_claim.owed").format(amount=amount)
        self.code = claims[0].code if claims else ""
        self.others = "\n".join(each.code for each in claims[1:])
        self.wants_turn = state.at.wants_turn

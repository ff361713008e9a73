"""The bank's payment does not show yet."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.paying.voucher import may_pay_otherwise
from kiosk.flow.states import PaymentWaits, State
from kiosk.flow.touches import PayOtherwise
from kiosk.flow.world import ways_to_pay
from kiosk.widgets.offered import Offered
from kiosk.widgets.result_page import ResultPage


class PaymentWaitsScreen(ResultPage):
    """Kept and followed: the number, and who tells what becomes of it.

    `free`: the bank's payment does not pay now, so there may be another way; else whoever paid
    again might pay twice, and is told so. `can_pay`, `why_not`: whether there is one here now.
    """

    free = BooleanProperty(False)
    can_pay = BooleanProperty(False)
    why_not = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._pay_otherwise = Offered(self.ids.pay_otherwise)

    def render(self, state: State) -> None:
        """Say whether another way is one."""
        super().render(state)
        at = state.at
        assert isinstance(at, PaymentWaits)
        self.free = at.other_way
        self.can_pay = may_pay_otherwise(state.world, at)
        pays = bool(ways_to_pay(state.world))
        no_way, busy = self.loc._("ready_to_pay.no_terminal"), self.loc._("ticket_ready.busy")
        self.why_not = busy if pays else no_way
        self._pay_otherwise.offer(offered=self.free)

    def pay_otherwise(self) -> None:
        """They would rather have it now."""
        self.emit(PayOtherwise())

"""The amount, what happens next, and why the last try did not work."""

from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.facts import NotPaid
from kiosk.flow.paying.voucher import is_offered
from kiosk.flow.states import ReadyToPay, State
from kiosk.flow.touches import Back, Cancel, Pay, UseVoucher
from kiosk.flow.world import Part, World, card_stays, ways_to_pay
from kiosk.order import Means
from kiosk.widgets.money import soles
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Trouble:
    """What is said about a try that failed, or about a terminal that is down."""

    say: str = ""
    then: str = ""


NO_DEVICE = "noDevice"
NOTHING = Trouble()
NO_TERMINAL = Trouble("ready_to_pay.no_terminal", "ready_to_pay.no_terminal_what")
ONLY_BANK = Trouble("ready_to_pay.only_bank", "ready_to_pay.only_bank_what")
NOT_PAID = {
    NotPaid.DECLINED: Trouble("ready_to_pay.declined", "ready_to_pay.declined_what"),
    NotPaid.ABORTED: Trouble("ready_to_pay.aborted", "ready_to_pay.aborted_what"),
    NotPaid.NOT_STARTED: Trouble("ready_to_pay.not_started", "ready_to_pay.not_started_what"),
    NotPaid.GIVEN_BACK: Trouble("ready_to_pay.given_back", "ready_to_pay.given_back_what"),
    NotPaid.REFUND_COMING: Trouble("ready_to_pay.refund_coming", "ready_to_pay.refund_coming_what"),
    NotPaid.EXPIRED: Trouble("ready_to_pay.expired", "ready_to_pay.expired_what"),
    NotPaid.NO_CASH: Trouble("ready_to_pay.no_cash", "ready_to_pay.no_cash_what"),
}


_BY_CARD = (NotPaid.DECLINED, NotPaid.ABORTED, NotPaid.NOT_STARTED)
_MONEY_BACK = (NotPaid.GIVEN_BACK, NotPaid.REFUND_COMING)  # said whatever else is wrong
CARD_STAYS = Trouble("slip.take_card", "ready_to_pay.take_card_what")


def _trouble(at: ReadyToPay, world: World) -> Trouble:
    """A card that is still inside comes before why the last try did not work."""
    if at.problem in _BY_CARD and card_stays(world):
        return CARD_STAYS
    told = NOT_PAID[at.problem] if at.problem else NOTHING
    if at.problem in _MONEY_BACK or ways_to_pay(world):
        return told
    return ONLY_BANK if is_offered(world) else NO_TERMINAL


class ReadyToPayScreen(Page):
    """The next touch starts the terminal; until then leaving costs nothing.

    `email` is whole: what was typed wrong can only be seen here before it is paid for. `corrects`:
    the way back to it is open. `brief`: where words need the room, what became of the last try is
    larger than the amount. `is_back`: cash came out again; `came_back`: how much of it.
    `returns`: what was given comes back, in cash or to the wallet; whoever wants no more has done.
    """

    amount = StringProperty()
    trouble = ObjectProperty(NOTHING, rebind=True)
    can_pay = BooleanProperty(True)
    can_check = BooleanProperty(True)
    several = BooleanProperty(False)
    without = StringProperty()
    is_back = BooleanProperty(False)
    returns = BooleanProperty(False)
    came_back = StringProperty()
    brief = BooleanProperty(False)
    email = StringProperty()
    corrects = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._terminal = Offered(self.ids.terminal)
        self._cash = Offered(self.ids.cash)
        self._wallet = Offered(self.ids.wallet)

    def render(self, state: State) -> None:
        """Show the amount, and what stands in the way of paying it."""
        super().render(state)
        at = state.at
        assert isinstance(at, ReadyToPay)
        self.amount = soles(at.order.amount_centimos)
        ways = ways_to_pay(state.world)
        self.can_pay = Means.CARD in ways
        self.can_check = is_offered(state.world)
        self.several = len(ways) != 1
        self._terminal.offer(offered=not self.several)  # several ways need the room
        self._cash.offer(offered=Means.CASH in ways)
        self._wallet.offer(offered=Means.WALLET in ways)
        self.trouble = _trouble(at, state.world)
        self.is_back = at.problem is NotPaid.GIVEN_BACK
        self.returns = at.problem in _MONEY_BACK
        self.came_back = self._came_back(at)
        self.email = at.order.email or ""
        self.corrects = at.asked is not None
        self.without = self._without(state.world)

    def _came_back(self, at: ReadyToPay) -> str:
        """How much cash came out again: to be taken before anything else."""
        if not self.is_back or not at.back_centimos:
            return ""
        back = soles(at.back_centimos)
        return self.loc._("ready_to_pay.given_back_amount").format(amount=back)

    def _without(self, world: World) -> str:
        """Why there is no cash where an acceptor stands: people see it, and have notes ready."""
        seen = world.part(Part.ACCEPTOR).words not in ("", NO_DEVICE)
        away = not world.usable(Part.ACCEPTOR)
        return self.loc._("ready_to_pay.no_cash_now") if seen and away else ""

    def words(self, key: str) -> str:
        """The sentence of `key`; nothing for no key."""
        return self.loc._(key) if key else ""

    def pay(self) -> None:
        """Start the terminal."""
        self.emit(Pay())

    def pay_cash(self) -> None:
        """Let notes and coins in."""
        self.emit(Pay(Means.CASH))

    def pay_wallet(self) -> None:
        """Have a wallet's code shown."""
        self.emit(Pay(Means.WALLET))

    def use_voucher(self) -> None:
        """The bank has the money already."""
        self.emit(UseVoucher())

    def back(self) -> None:
        """To the address, which is not right."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""The amount, what happens next, and why the last try did not work."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.events import Cancel, Pay
from kiosk.flow.states import NotPaid, ReadyToPay, State
from kiosk.flow.world import Part
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Trouble:
    """What is said about a try that failed, or about a terminal that is down."""

    say: str = ""
    then: str = ""


NOTHING = Trouble()
NO_TERMINAL = Trouble("ready_to_pay.no_terminal", "ready_to_pay.no_terminal_what")
NOT_PAID = {
    NotPaid.DECLINED: Trouble("ready_to_pay.declined", "ready_to_pay.declined_what"),
    NotPaid.ABORTED: Trouble("ready_to_pay.aborted", "ready_to_pay.aborted_what"),
    NotPaid.NOT_STARTED: Trouble("ready_to_pay.not_started", "ready_to_pay.not_started_what"),
}


class ReadyToPayScreen(Page):
    """The next touch starts the terminal; until then leaving costs nothing."""

    amount = StringProperty()
    trouble = ObjectProperty(NOTHING, rebind=True)
    can_pay = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show the amount, and what stands in the way of paying it."""
        super().render(state)
        at = state.at
        assert isinstance(at, ReadyToPay)
        self.amount = soles(at.order.amount_centimos)
        self.can_pay = state.world.usable(Part.TERMINAL)
        told = NOT_PAID[at.problem] if at.problem else NOTHING
        self.trouble = told if self.can_pay else NO_TERMINAL

    def words(self, key: str) -> str:
        """The sentence of `key`; nothing for no key."""
        return self.loc._(key) if key else ""

    def pay(self) -> None:
        """Start the terminal."""
        self.emit(Pay())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

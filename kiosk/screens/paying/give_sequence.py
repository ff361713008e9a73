"""Paid at the bank: the sequence number is typed from its paper."""

from kivy.properties import StringProperty

from kiosk.flow.facts import VoucherProblem
from kiosk.flow.paying.voucher import MOST_SIGNS
from kiosk.flow.states import GiveSequence, State
from kiosk.flow.touches import Back, Cancel, GaveSequence
from kiosk.widgets.keyboard import after
from kiosk.widgets.page import Page

WRONG = {
    VoucherProblem.MISTYPED: "give_sequence.mistyped",
    VoucherProblem.NOT_FOUND: "give_sequence.not_found",
    VoucherProblem.USED: "give_sequence.used",
    VoucherProblem.OF_ANOTHER: "give_sequence.of_another",
    VoucherProblem.TOO_LITTLE: "give_sequence.too_little",
    VoucherProblem.TRIES: "give_sequence.tries",
    VoucherProblem.NOT_ACCEPTED: "give_sequence.not_accepted",
}


class GiveSequenceScreen(Page):
    """What is typed lives in `draft`, as at the e-mail."""

    problem = StringProperty()

    def render(self, state: State) -> None:
        """Say why the payment did not pay, if it did not."""
        super().render(state)
        assert isinstance(state.at, GiveSequence)
        self.problem = self.loc._(WRONG[state.at.problem]) if state.at.problem else ""

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)[:MOST_SIGNS]

    def go_on(self) -> None:
        """The number is complete, says the person."""
        self.emit(GaveSequence(self.draft))

    def back(self) -> None:
        """To the ways to pay."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

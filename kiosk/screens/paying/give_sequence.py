"""Paid at the bank: the sequence number is typed from its paper."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import VoucherProblem
from kiosk.flow.paying.voucher import MOST_SIGNS
from kiosk.flow.states import GiveSequence, State
from kiosk.flow.touches import Back, CallHelp, Cancel, GaveSequence
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
    VoucherProblem.AWAY: "give_sequence.away",
}

HOPELESS = frozenset(
    {
        VoucherProblem.USED,
        VoucherProblem.OF_ANOTHER,
        VoucherProblem.TOO_LITTLE,
        VoucherProblem.TRIES,
        VoucherProblem.NOT_ACCEPTED,
    }
)
"""The same number again would be refused again."""


class GiveSequenceScreen(Page):
    """What is typed lives in `draft`, as at the e-mail.

    Where typing the same once more cannot help, another way to pay and a person stand in the place
    of going on, until something else is typed.
    """

    problem = StringProperty()
    hopeless = BooleanProperty(False)
    _refused = ""

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        # What is taken off the screen must not vanish: ids hold weakly.
        self._go_on = (self.ids.go_on.__self__,)
        self._instead = (self.ids.other_way.__self__, self.ids.staff.__self__)
        self.bind(draft=self._offer)
        self._offer()

    def render(self, state: State) -> None:
        """Say why the payment did not pay, if it did not."""
        super().render(state)
        assert isinstance(state.at, GiveSequence)
        self.begin(state.at.sequence)
        self.problem = self.loc._(WRONG[state.at.problem]) if state.at.problem else ""
        self.hopeless = state.at.problem in HOPELESS
        self._refused = state.at.sequence if self.hopeless else ""
        self._offer()

    def _offer(self, *_change: object) -> None:
        offered = self._go_on
        if self.hopeless and self.draft in ("", self._refused):
            offered = self._instead
        ways = self.ids.ways
        if tuple(reversed(ways.children)) != offered:
            ways.clear_widgets()
            for each in offered:
                ways.add_widget(each)

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)[:MOST_SIGNS]

    def go_on(self) -> None:
        """The number is complete, says the person."""
        self.emit(GaveSequence(self.draft))

    def call_staff(self) -> None:
        """Somebody should come."""
        self.emit(CallHelp())

    def back(self) -> None:
        """To the ways to pay."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

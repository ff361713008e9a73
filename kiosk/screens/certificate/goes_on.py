"""This person has paid before, here or at another kiosk: how that stands, and nothing is sold."""

from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.facts import Standing
from kiosk.flow.follow.correction import may_correct
from kiosk.flow.states import GoesOn, State
from kiosk.flow.touches import Complain, CorrectEmail, Finish, GoOn, TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Why:
    """What is said of an application that goes on."""

    title: str
    lead: str
    picture: str


WHY = {
    Standing.IN_DOUBT: Why("goes_on.in_doubt", "goes_on.in_doubt_what", "clock"),
    Standing.BANK_WAITS: Why("goes_on.bank_waits", "goes_on.bank_waits_what", "clock"),
    Standing.WORKING: Why("goes_on.working", "goes_on.working_what", "clock"),
    Standing.UNDER_REVIEW: Why("goes_on.under_review", "goes_on.under_review_what", "people"),
    Standing.OWED: Why("goes_on.owed", "goes_on.owed_what", "alert"),
}


_MONEY = (Standing.IN_DOUBT, Standing.OWED)


class GoesOnScreen(Page):
    """The number, and that nothing has to be paid again."""

    why = ObjectProperty(WHY[Standing.WORKING], rebind=True)
    number = StringProperty()
    claim_open = BooleanProperty(False)
    turns = BooleanProperty(True)
    owed = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._number = Offered(self.ids.number)
        self._go_on = Offered(self.ids.go_on)
        self._correct = Offered(self.ids.correct_email)
        self._complain = Offered(self.ids.complain)

    def render(self, state: State) -> None:
        """Show how it stands."""
        super().render(state)
        at = state.at
        assert isinstance(at, GoesOn)
        self.why = WHY[at.found.standing]
        self.number = at.found.number
        self._number.offer(offered=bool(self.number))  # whoever only typed is not told it
        self.owed = at.found.standing is Standing.OWED
        self.claim_open = at.found.claim_open and not self.owed
        self._go_on.offer(offered=at.then is not None)
        self._correct.offer(offered=may_correct(state.world, at))
        self.turns = gives_turns(state.world)
        money = at.found.claim_open or at.found.standing in _MONEY
        self._complain.offer(offered=money)

    def correct_email(self) -> None:
        """Another address for what goes on."""
        self.emit(CorrectEmail())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def go_on(self) -> None:
        """On with what they came for; the money waits."""
        self.emit(GoOn())

    def complain(self) -> None:
        """Where is the complaint book?"""
        self.emit(Complain())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

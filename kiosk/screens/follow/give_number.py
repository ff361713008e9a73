"""Which application? Its number is typed from the paper."""

from kivy.properties import StringProperty

from kiosk.flow.facts import NotCorrected
from kiosk.flow.states import GiveNumber, State
from kiosk.flow.touches import Back, Cancel, GaveNumber
from kiosk.widgets.keyboard import after
from kiosk.widgets.page import Page

MOST = 14
"""No number is longer, hyphens left out."""
WRONG = {
    NotCorrected.MISTYPED: "give_number.mistyped",
    NotCorrected.NOT_FOUND: "give_number.not_found",
    NotCorrected.TOO_MANY_TRIES: "give_number.too_many_tries",
    NotCorrected.TOO_OFTEN: "give_number.too_often",
    NotCorrected.AWAY: "give_number.away",
}


class GiveNumberScreen(Page):
    """What is typed lives in `draft`, as at the e-mail."""

    problem = StringProperty()

    def render(self, state: State) -> None:
        """Say why the address could not be corrected, if it could not."""
        super().render(state)
        assert isinstance(state.at, GiveNumber)
        self.begin(state.at.typed)
        self.problem = self.loc._(WRONG[state.at.problem]) if state.at.problem else ""

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)[:MOST]

    def go_on(self) -> None:
        """The number is complete, says the person."""
        self.emit(GaveNumber(self.draft))

    def back(self) -> None:
        """To the services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

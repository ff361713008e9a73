"""This person has paid before, here or at another kiosk: how that stands, and nothing is sold."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.facts import Standing
from kiosk.flow.states import GoesOn, State
from kiosk.flow.touches import Finish, TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Why:
    """What is said of an application that goes on."""

    title: str
    lead: str
    picture: str


WHY = {
    Standing.IN_DOUBT: Why("goes_on.in_doubt", "goes_on.in_doubt_what", "clock"),
    Standing.WORKING: Why("goes_on.working", "goes_on.working_what", "clock"),
    Standing.UNDER_REVIEW: Why("goes_on.under_review", "goes_on.under_review_what", "people"),
}


class GoesOnScreen(Page):
    """The number, and that nothing has to be paid again."""

    why = ObjectProperty(WHY[Standing.WORKING], rebind=True)
    number = StringProperty()
    claim_open = BooleanProperty(False)
    turns = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show how it stands."""
        super().render(state)
        at = state.at
        assert isinstance(at, GoesOn)
        self.why = WHY[at.found.standing]
        self.number = at.found.number
        panel = self.ids.number.__self__
        if not self.number and panel.parent is not None:  # whoever only typed is not told it
            panel.parent.remove_widget(panel)
        self.claim_open = at.found.claim_open
        self.turns = gives_turns(state.world)

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

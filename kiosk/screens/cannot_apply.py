"""No certificate here and now: why, that nothing was charged, and what can be done instead."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.flow.events import Finish, TakeTurn
from kiosk.flow.states import CannotApply, NotPossible, State
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Why:
    """What is said about one reason: keys of the catalogue."""

    title: str
    because: str
    instead: str
    picture: str


WHY = {
    NotPossible.UNKNOWN_DOCUMENT: Why(
        "cannot_apply.unknown_document",
        "cannot_apply.unknown_document_because",
        "cannot_apply.unknown_document_instead",
        "search",
    ),
    NotPossible.NOT_IN_FORCE: Why(
        "cannot_apply.not_in_force",
        "cannot_apply.not_in_force_because",
        "cannot_apply.not_in_force_instead",
        "document",
    ),
    NotPossible.UNDER_AGE: Why(
        "cannot_apply.under_age",
        "cannot_apply.under_age_because",
        "cannot_apply.under_age_instead",
        "child",
    ),
    NotPossible.DATA_MISMATCH: Why(
        "cannot_apply.data_mismatch",
        "cannot_apply.data_mismatch_because",
        "cannot_apply.data_mismatch_instead",
        "document",
    ),
    NotPossible.ALREADY_VALID: Why(
        "cannot_apply.already_valid",
        "cannot_apply.already_valid_because",
        "cannot_apply.already_valid_instead",
        "certificate",
    ),
    NotPossible.BACKEND_AWAY: Why(
        "cannot_apply.backend_away",
        "cannot_apply.backend_away_because",
        "cannot_apply.backend_away_instead",
        "pause",
    ),
    NotPossible.SERVER_AWAY: Why(
        "cannot_apply.server_away",
        "cannot_apply.server_away_because",
        "cannot_apply.server_away_instead",
        "pause",
    ),
    NotPossible.NOT_ACCEPTED: Why(
        "cannot_apply.not_accepted",
        "cannot_apply.not_accepted_because",
        "cannot_apply.not_accepted_instead",
        "people",
    ),
}


class CannotApplyScreen(Page):
    """A turn is one touch away, unless the server that gives it cannot be reached."""

    why = ObjectProperty(WHY[NotPossible.NOT_ACCEPTED], rebind=True)
    turns = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Say why, and the way on."""
        super().render(state)
        assert isinstance(state.at, CannotApply)
        self.why = WHY[state.at.reason]
        self.turns = state.world.server

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """Leave."""
        self.emit(Finish())

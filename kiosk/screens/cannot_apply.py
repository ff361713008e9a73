"""No certificate here and now: why, that nothing was charged, and what can be done instead."""

from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.again import can_send
from kiosk.flow.facts import NotPossible
from kiosk.flow.states import CannotApply, State
from kiosk.flow.touches import Finish, SendMeAgain, TakeTurn
from kiosk.flow.world import gives_turns
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


# Of a certificate in force {until} names the last day.
IN_FORCE = Why(
    "cannot_apply.already_valid",
    "cannot_apply.in_force_because",
    "cannot_apply.in_force_instead",
    "certificate",
)


class CannotApplyScreen(Page):
    """A turn is one touch away, unless the server that gives it cannot be reached.

    `in_force`: there is a certificate to send again, and that comes first.
    """

    why = ObjectProperty(WHY[NotPossible.NOT_ACCEPTED], rebind=True)
    because = StringProperty()
    in_force = BooleanProperty(False)
    can_send = BooleanProperty(True)
    turns = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._send_button = self.ids.send_again.__self__

    def render(self, state: State) -> None:
        """Say why, and the way on."""
        super().render(state)
        at = state.at
        assert isinstance(at, CannotApply)
        self.why = IN_FORCE if at.in_force else WHY[at.reason]
        until = self.loc.day(at.in_force.until) if at.in_force else ""
        self.because = self.loc._(self.why.because).format(until=until)
        self.in_force = at.in_force is not None
        self.can_send = can_send(state.world)
        self.turns = gives_turns(state.world)
        ways = self.ids.ways
        if self.in_force != (self._send_button in ways.children):
            if self.in_force:
                ways.add_widget(self._send_button, index=len(ways.children))
            else:
                ways.remove_widget(self._send_button)

    def send_again(self) -> None:
        """The certificate in force once more, for nothing."""
        self.emit(SendMeAgain())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """Leave."""
        self.emit(Finish())

"""No certificate here and now: why, that nothing was charged, and what can be done instead."""

from dataclasses import dataclass, replace
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.certificate.again import can_send
from kiosk.flow.facts import NotPossible
from kiosk.flow.identity.limits import may_retry, wants_card
from kiosk.flow.states import CannotApply, State
from kiosk.flow.touches import Finish, SendMeAgain, TakeTurn, TryAgain
from kiosk.flow.world import Part, World, gives_turns
from kiosk.widgets.offered import Offered
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
    NotPossible.NOT_NOW: Why(
        "cannot_apply.not_now",
        "cannot_apply.not_now_because",
        "cannot_apply.not_now_instead",
        "pause",
    ),
    NotPossible.NOT_ACCEPTED: Why(
        "cannot_apply.not_accepted",
        "cannot_apply.not_accepted_because",
        "cannot_apply.not_accepted_instead",
        "people",
    ),
    NotPossible.TOO_MANY_TRIES: Why(
        "cannot_apply.too_many_tries",
        "cannot_apply.too_many_tries_because",
        "cannot_apply.data_mismatch_instead",
        "people",
    ),
    NotPossible.OTHER_DOCUMENT: Why(
        "cannot_apply.other_document",
        "cannot_apply.other_document_because",
        "cannot_apply.other_document_instead",
        "people",
    ),
    NotPossible.FOR_ANOTHER: Why(
        "cannot_apply.for_another",
        "cannot_apply.for_another_because",
        "cannot_apply.for_another_instead",
        "people",
    ),
}


# What was typed is first of all mistyped.
TYPED = {
    NotPossible.UNKNOWN_DOCUMENT: Why(
        "cannot_apply.unknown_document",
        "cannot_apply.typed_because",
        "cannot_apply.typed_instead",
        "search",
    ),
    NotPossible.DATA_MISMATCH: Why(
        "cannot_apply.data_mismatch",
        "cannot_apply.typed_because",
        "cannot_apply.typed_instead",
        "document",
    ),
}

# A number and a birth date are known to many: nothing is sent to whoever only typed them.
NOT_SHOWN = Why(
    "cannot_apply.already_valid",
    "cannot_apply.not_shown_because",
    "cannot_apply.not_shown_instead",
    "certificate",
)
NOT_SHOWN_NO_READER = replace(NOT_SHOWN, instead="cannot_apply.not_shown_turn")

# Of a certificate in force {until} names the last day.
IN_FORCE = Why(
    "cannot_apply.already_valid",
    "cannot_apply.in_force_because",
    "cannot_apply.in_force_instead",
    "certificate",
)


def _why(at: CannotApply, world: World) -> Why:
    """What is said of a reason to whoever has this document."""
    if wants_card(at):
        return NOT_SHOWN if world.usable(Part.READER) else NOT_SHOWN_NO_READER
    typed = at.person.document is not None and at.person.document.typed
    return TYPED.get(at.reason, WHY[at.reason]) if typed else WHY[at.reason]


class CannotApplyScreen(Page):
    """A turn is one touch away, unless the server that gives it cannot be reached.

    `in_force`: there is a certificate to send again, and that comes first. `retry`: what else can
    be tried, "" when nothing can.
    """

    why = ObjectProperty(WHY[NotPossible.NOT_ACCEPTED], rebind=True)
    because = StringProperty()
    in_force = BooleanProperty(False)
    retry = StringProperty()
    can_send = BooleanProperty(True)
    turns = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._send_again = Offered(self.ids.send_again)
        self._try_again = Offered(self.ids.try_again)

    def render(self, state: State) -> None:
        """Say why, and the way on."""
        super().render(state)
        at = state.at
        assert isinstance(at, CannotApply)
        typed = at.person.document is not None and at.person.document.typed
        self.why = IN_FORCE if at.in_force else _why(at, state.world)
        self.retry = self._retry(at, typed, state.world)
        until = self.loc.day(at.in_force.until) if at.in_force else ""
        self.because = self.loc._(self.why.because).format(until=until)
        self.in_force = at.in_force is not None
        self.can_send = can_send(state.world)
        self.turns = gives_turns(state.world)
        self._try_again.offer(offered=bool(self.retry))
        self._send_again.offer(offered=self.in_force)

    def _retry(self, at: CannotApply, typed: bool, world: World) -> str:
        if wants_card(at) and world.usable(Part.READER):
            return self.loc._("cannot_apply.use_reader")
        if not may_retry(at):
            return ""
        if at.reason is NotPossible.FOR_ANOTHER:
            return self.loc._("cannot_apply.use_mine")
        if typed:
            return self.loc._("cannot_apply.type_again")
        return self.loc._("cannot_apply.another_document")

    def try_again(self) -> None:
        """With another document, or typed once more."""
        self.emit(TryAgain())

    def send_again(self) -> None:
        """The certificate in force once more, for nothing."""
        self.emit(SendMeAgain())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def finish(self) -> None:
        """Leave."""
        self.emit(Finish())

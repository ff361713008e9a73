"""A number, the end of a document, or a code: typed from the paper in the person's hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.follow.states import FollowCode, FollowEnding, FollowNumber, NotFollowed
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, GaveNumber
from kiosk.widgets.ending_pad import LETTERS
from kiosk.widgets.keyboard import after
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page
from kiosk.widgets.written import as_code, as_number, as_typed


@dataclass(frozen=True)
class Asked:
    """What a screen asks for, the most that can be typed there, how it stands on the screen."""

    name: str
    title: str
    lead: str
    hint: str
    most: int
    written: Callable[[str], str] = as_typed


ASKED = {
    FollowNumber: Asked(
        "follow_number", "give_number.title", "give_number.lead", "give_number.hint", 14, as_number
    ),
    FollowEnding: Asked(
        "follow_ending", "follow_ending.title", "follow_ending.lead", "follow_ending.hint", 4
    ),
    FollowCode: Asked(
        "follow_code", "follow_code.title", "follow_code.lead", "follow_code.hint", 10, as_code
    ),
}
NUMBER_WRONG = {
    NotFollowed.MISTYPED: "give_number.mistyped",
    NotFollowed.NOT_FOUND: "follow.not_found",
    NotFollowed.TOO_MANY_TRIES: "give_number.too_many_tries",
    NotFollowed.AWAY: "follow.away",
}
CODE_WRONG = NUMBER_WRONG | {
    NotFollowed.MISTYPED: "follow_code.mistyped",
    NotFollowed.NOT_FOUND: "follow_code.not_found",
}


class FollowTypingScreen(Page):
    """What is typed lives in `draft`; another question begins with an empty line.

    Most documents end in figures: letters come with a key of their own. `waits`: there were too
    many tries, and nothing can be typed for a while.
    """

    asked = ObjectProperty(ASKED[FollowNumber], rebind=True)
    problem = StringProperty()
    waits = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._digits = Offered(self.ids.digits)
        self._keyboard = Offered(self.ids.keyboard)
        self._type_with(letters=True)

    def render(self, state: State) -> None:
        """Ask, or say what is wrong with what was typed."""
        super().render(state)
        at = state.at
        assert isinstance(at, FollowNumber | FollowEnding | FollowCode)
        if self.name not in ("", ASKED[type(at)].name):
            self.draft = ""
        if self.name != ASKED[type(at)].name:
            self._type_with(letters=not isinstance(at, FollowEnding))
        self.asked = ASKED[type(at)]
        self.name = self.asked.name
        self.problem = self._wrong(at)
        self.waits = getattr(at, "problem", None) is NotFollowed.TOO_MANY_TRIES
        self._keyboard.part.disabled = self.waits

    def _type_with(self, *, letters: bool) -> None:
        self._digits.offer(offered=not letters)
        self._keyboard.offer(offered=letters)

    def _wrong(self, at: FollowNumber | FollowEnding | FollowCode) -> str:
        match at:
            case FollowEnding(short=short):
                return self.loc._("follow_ending.short") if short else ""
            case FollowNumber(problem=NotFollowed() as problem):
                return self.loc._(NUMBER_WRONG[problem])
            case FollowCode(problem=NotFollowed() as problem):
                return self.loc._(CODE_WRONG[problem])
            case _:
                return ""

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        if char == LETTERS:
            self._type_with(letters=True)
            return
        self.draft = after(self.draft, char)[: self.asked.most]

    def go_on(self) -> None:
        """It is complete, says the person."""
        self.emit(GaveNumber(self.draft))

    def back(self) -> None:
        """To what was asked before."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

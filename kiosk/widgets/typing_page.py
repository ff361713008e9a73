"""A screen that asks for one part of a document: the words, what is typed, the keys."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import TypingProblem
from kiosk.flow.identity.states import TypeBirth, TypeCheck, TypeIssue, TypeNumber
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, TypedText
from kiosk.widgets.digit_pad import DigitPad
from kiosk.widgets.keyboard import Keys, after
from kiosk.widgets.page import Page
from kiosk.widgets.written import as_day

WRONG = {
    TypingProblem.TOO_SHORT: "typing.too_short",
    TypingProblem.NOT_A_NUMBER: "typing.not_a_number",
    TypingProblem.CHECK_CHARACTER: "typing.check_character",
    TypingProblem.NO_SUCH_DAY: "typing.no_such_day",
    TypingProblem.NOT_YET: "typing.not_yet",
    TypingProblem.TOO_LONG_AGO: "typing.too_long_ago",
    TypingProblem.BEFORE_BIRTH: "typing.before_birth",
}
DAY_SIGNS = 8


class TypingPage(Page):
    """What is typed lives in `draft`, as at the e-mail; `shown` is how it stands on the screen.

    `place` marks where it stands on the card, or on the page of a `passport`; "" where that is not
    known.
    """

    title = StringProperty()
    lead = StringProperty()
    hint = StringProperty()
    shown = StringProperty()
    place = StringProperty()
    passport = BooleanProperty(False)
    problem = StringProperty()
    most = DAY_SIGNS

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self.pad: Keys | None = None
        self.bind(draft=self._write)

    def render(self, state: State) -> None:
        """Lay out the keys, and say why what was typed will not do."""
        super().render(state)
        at = state.at
        assert isinstance(at, TypeNumber | TypeCheck | TypeBirth | TypeIssue)
        self.problem = self.loc._(WRONG[at.problem]) if at.problem else ""
        if not isinstance(self.pad, pad := self.keys()):
            self.ids.keypad.clear_widgets()
            self.pad = pad()
            self.pad.bind(on_key=lambda _pad, char: self.key(char))
            self.ids.keypad.add_widget(self.pad)
        self.pad.tall = not self.problem

    def keys(self) -> type[Keys]:
        """The keys to type with."""
        return DigitPad

    def written(self, draft: str) -> str:
        """A day as people write it: day/month/year."""
        return as_day(draft)

    def key(self, char: str) -> None:
        """A key was touched."""
        self.draft = after(self.draft, char)[: self.most]

    def go_on(self) -> None:
        """It is complete, says the person."""
        self.emit(TypedText(self.draft))

    def back(self) -> None:
        """One question back."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

    def _write(self, *_change: object) -> None:
        self.shown = self.written(self.draft)

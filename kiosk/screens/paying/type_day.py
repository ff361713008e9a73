"""Paid at the bank, some days ago: the day is typed from its paper."""

from kivy.properties import StringProperty

from kiosk.flow.states import State, TypeDay
from kiosk.flow.touches import Back, Cancel, TypedDay
from kiosk.widgets.keyboard import after
from kiosk.widgets.page import Page

SIGNS = 8


class TypeDayScreen(Page):
    """Day, month and year in figures. What is typed lives in `draft`, as at the e-mail."""

    problem = StringProperty()

    def render(self, state: State) -> None:
        """Say that what was typed is no day, or one to come, if it was."""
        super().render(state)
        assert isinstance(state.at, TypeDay)
        mistyped = self.loc._("type_day.mistyped") if state.at.mistyped else ""
        self.problem = self.loc._("type_day.to_come") if state.at.to_come else mistyped

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)[:SIGNS]

    def go_on(self) -> None:
        """The day is complete, says the person."""
        self.emit(TypedDay(self.draft))

    def back(self) -> None:
        """To the days that need no typing."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

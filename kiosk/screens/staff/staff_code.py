"""The staff's own menu: the code from the console is typed."""

from kivy.properties import StringProperty

from kiosk.flow.staff.events import TypedCode
from kiosk.flow.staff.menu import CODE_DIGITS
from kiosk.flow.staff.states import CodeProblem, StaffCode
from kiosk.flow.states import State
from kiosk.flow.touches import Cancel
from kiosk.widgets.keyboard import after
from kiosk.widgets.page import Page

WRONG = {
    CodeProblem.SHORT: "staff.code_short",
    CodeProblem.WRONG: "staff.code_wrong",
    CodeProblem.BLOCKED: "staff.code_blocked",
    CodeProblem.AWAY: "staff.code_away",
    CodeProblem.MONEY_INSIDE: "staff.code_money_inside",
}


class StaffCodeScreen(Page):
    """Six digits. What is typed lives in `draft`."""

    problem = StringProperty()

    def render(self, state: State) -> None:
        """Say why the menu stays shut, if something was typed."""
        super().render(state)
        assert isinstance(state.at, StaffCode)
        self.problem = self.loc._(WRONG[state.at.problem]) if state.at.problem else ""

    def key(self, char: str) -> None:
        """A key of the pad was touched."""
        self.draft = after(self.draft, char)[:CODE_DIGITS]

    def go_on(self) -> None:
        """The code is complete, says whoever typed it."""
        typed, self.draft = self.draft, ""
        self.emit(TypedCode(typed))

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

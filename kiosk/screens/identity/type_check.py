"""Which character stands beside the number of the DNI? One touch is the answer."""

from kivy.properties import StringProperty

from kiosk.flow.identity.states import TypeCheck
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, TypedText
from kiosk.widgets.page import Page
from kiosk.widgets.typing_page import WRONG


class TypeCheckScreen(Page):
    """The number that was typed stands there too: one that is wrong is found here."""

    number = StringProperty()
    problem = StringProperty()

    def render(self, state: State) -> None:
        """Say that number and character do not agree, if they do not."""
        super().render(state)
        at = state.at
        assert isinstance(at, TypeCheck)
        self.number = at.typed.number
        self.problem = self.loc._(WRONG[at.problem]) if at.problem else ""

    def key(self, char: str) -> None:
        """A key was touched."""
        self.emit(TypedText(char))

    def back(self) -> None:
        """To the number."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

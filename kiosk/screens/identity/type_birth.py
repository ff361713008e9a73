"""When were you born?"""

from kivy.properties import BooleanProperty

from kiosk.flow.identity.states import TypeBirth
from kiosk.flow.states import State
from kiosk.screens.identity.type_number import DNI, PASSPORT
from kiosk.widgets.typing_page import TypingPage


class TypeBirthScreen(TypingPage):
    """Day, month and year in figures. Where they stand is known, and shown, on a DNI only."""

    national = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Draw the document that is being typed."""
        assert isinstance(state.at, TypeBirth)
        self.national = state.at.typed.type == DNI
        self.passport = state.at.typed.type == PASSPORT
        super().render(state)

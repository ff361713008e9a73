"""The number of a document, typed: figures for a DNI, letters too for the others."""

from kivy.properties import BooleanProperty

from kiosk.flow.identity.states import TypeNumber
from kiosk.flow.states import State
from kiosk.widgets.digit_pad import DigitPad
from kiosk.widgets.keyboard import Keys, NumberKeyboard
from kiosk.widgets.typing_page import TypingPage

DNI, PASSPORT = "01", "07"
TITLES = {
    "01": "type_number.dni",
    "04": "type_number.ce",
    "07": "type_number.passport",
    "23": "type_number.ptp",
    "26": "type_number.cpp",
}


class TypeNumberScreen(TypingPage):
    """The keys are those its signs need."""

    national = BooleanProperty(False)
    most = 15

    def render(self, state: State) -> None:
        """Ask for the number of this kind of document."""
        at = state.at
        assert isinstance(at, TypeNumber)
        self.national = at.typed.type == DNI
        self.passport = at.typed.type == PASSPORT
        self.title = self.loc._(TITLES[at.typed.type])
        self.most = 8 if self.national else 15
        super().render(state)

    def keys(self) -> type[Keys]:
        """Figures, or figures and letters."""
        return DigitPad if self.national else NumberKeyboard

    def written(self, draft: str) -> str:
        """As it was typed."""
        return draft

"""The document finds what was applied for with it; no number has to be known."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.follow.states import FollowDocument
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, TypeNumberInstead
from kiosk.screens.identity.read_document import WHAT_TO_DO
from kiosk.widgets.page import Page


class FollowDocumentScreen(Page):
    """As at the start of a certificate; the number on the paper is the other way."""

    again = StringProperty()
    what_to_do = StringProperty()
    waiting = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Ask for the document, or say what to do differently."""
        super().render(state)
        at = state.at
        assert isinstance(at, FollowDocument)
        self.waiting = at.problem is None
        self.again = self.loc._("read_document.again") if at.problem else ""
        self.what_to_do = self.loc._(WHAT_TO_DO[at.problem]) if at.problem else ""

    def type_number(self) -> None:
        """The number instead."""
        self.emit(TypeNumberInstead())

    def back(self) -> None:
        """To what else can be asked."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

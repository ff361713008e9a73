"""The document finds what was applied for with it; no number has to be known."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import ReadProblem
from kiosk.flow.follow.states import FollowDocument
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, TypeNumberInstead
from kiosk.screens.identity.read_document import WHAT_TO_DO
from kiosk.widgets.page import Page

# The bar code, another way at the start of a certificate, proves nothing here.
SAID = {**WHAT_TO_DO, ReadProblem.NOT_TEXT: "follow_document.not_text"}


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
        self.waiting = at.problem is None and not at.scanned
        self.again = "" if self.waiting else self.loc._("read_document.again")
        self.what_to_do = self.loc._(SAID[at.problem]) if at.problem else ""
        if at.scanned:
            self.what_to_do = self.loc._("follow_document.bar_code")

    def type_number(self) -> None:
        """The number instead."""
        self.emit(TypeNumberInstead())

    def back(self) -> None:
        """To what else can be asked."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

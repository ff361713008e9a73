"""The document goes through the reader; what to do when it was not read."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import ReadProblem
from kiosk.flow.states import ReadDocument, State
from kiosk.flow.touches import Cancel, TypeInstead
from kiosk.widgets.page import Page

WHAT_TO_DO = {
    ReadProblem.CHECK_DIGIT: "read_document.check_digit",
    ReadProblem.UNREADABLE: "read_document.unreadable",
    ReadProblem.NOT_TEXT: "read_document.not_text",
    ReadProblem.UNSUPPORTED: "read_document.unsupported",
    ReadProblem.NO_DOCUMENT: "read_document.no_document",
}
ATTEMPTS_ALONE = 2


class ReadDocumentScreen(Page):
    """`again` and `what_to_do` are empty until something went wrong."""

    again = StringProperty()
    what_to_do = StringProperty()
    staff = StringProperty()
    waiting = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show the problem, if any; after two attempts say who can help."""
        super().render(state)
        assert isinstance(state.at, ReadDocument)
        problem = state.at.problem
        self.waiting = problem is None
        self.again = self.loc._("read_document.again") if problem else ""
        self.what_to_do = self.loc._(WHAT_TO_DO[problem]) if problem else ""
        tired = problem is not None and state.at.attempts >= ATTEMPTS_ALONE
        self.staff = self.loc._("read_document.staff") if tired else ""

    def type_instead(self) -> None:
        """The number is typed."""
        self.emit(TypeInstead())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

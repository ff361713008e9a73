"""The document goes through the reader; what to do when it was not read."""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.flow.facts import ReadProblem
from kiosk.flow.states import ReadDocument, State
from kiosk.flow.touches import Back, CallHelp, Cancel, TypeInstead
from kiosk.widgets.moving_picture import LEAST_HEIGHT
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page

WHAT_TO_DO = {
    ReadProblem.CHECK_DIGIT: "read_document.check_digit",
    ReadProblem.UNREADABLE: "read_document.unreadable",
    ReadProblem.NOT_TEXT: "read_document.not_text",
    ReadProblem.UNSUPPORTED: "read_document.unsupported",
    ReadProblem.NO_DOCUMENT: "read_document.no_document",
    ReadProblem.BANK_CARD: "read_document.bank_card",
    ReadProblem.TWO_DOCUMENTS: "read_document.two_documents",
}
SEEN_ONLY = frozenset({ReadProblem.UNREADABLE, ReadProblem.NOT_TEXT, ReadProblem.NO_DOCUMENT})
"""Their words speak of what is printed; who only hears is told what to do with the hands."""

ATTEMPTS_ALONE = 2

LEAST_PICTURE_MM = LEAST_HEIGHT + 1
"""How to hold it is shown also to whoever failed: words give way first."""


def _heard(problem: ReadProblem) -> str:
    """The keys of what somebody who only listens is told."""
    what = "speech.read_again" if problem in SEEN_ONLY else WHAT_TO_DO[problem]
    return f"read_document.again {what} speech.staff_can"


class ReadDocumentScreen(Page):
    """`again` and `what_to_do` are empty until something went wrong; `heard_problem`: said then.

    Typing needs eyes: whoever listens is offered a person too.
    """

    again = StringProperty()
    what_to_do = StringProperty()
    heard_problem = StringProperty()
    staff = StringProperty()
    offers_staff = BooleanProperty(False)
    picture_mm = NumericProperty(LEAST_PICTURE_MM)
    waiting = BooleanProperty(True)
    may_go_back = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._staff = Offered(self.ids.staff)
        self._staff.offer(offered=self.offers_staff)

    def on_offers_staff(self, *_change: object) -> None:
        """Somebody listens, and the document was not read."""
        if "staff" in self.ids:
            self._staff.offer(offered=self.offers_staff)

    def render(self, state: State) -> None:
        """Show the problem, if any; after two attempts say who can help."""
        super().render(state)
        assert isinstance(state.at, ReadDocument)
        problem = state.at.problem
        self.may_go_back = state.at.then is not None
        self.waiting = problem is None
        self.again = self.loc._("read_document.again") if problem else ""
        self.what_to_do = self.loc._(WHAT_TO_DO[problem]) if problem else ""
        self.heard_problem = _heard(problem) if problem else ""
        tired = problem is not None and state.at.attempts >= ATTEMPTS_ALONE
        self.staff = self.loc._("read_document.staff") if tired else ""

    def call_staff(self) -> None:
        """Somebody should come."""
        self.emit(CallHelp())

    def type_instead(self) -> None:
        """The number is typed."""
        self.emit(TypeInstead())

    def back(self) -> None:
        """To the services, where one of them asked for it."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""The document finds what was applied for with it; no number has to be known."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import ReadProblem
from kiosk.flow.follow.states import FollowDocument
from kiosk.flow.states import State
from kiosk.flow.touches import Back, CallHelp, Cancel, TypeNumberInstead
from kiosk.screens.identity.read_document import SEEN_ONLY, WHAT_TO_DO
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page

# The bar code, another way at the start of a certificate, proves nothing here.
SAID = {**WHAT_TO_DO, ReadProblem.NOT_TEXT: "follow_document.not_text"}


def _heard(at: FollowDocument) -> str:
    """The keys of what somebody who only listens is told to do with their hands."""
    if at.scanned:
        return "speech.turn_over speech.staff_reads"
    if at.problem is None:
        return ""
    what = "speech.read_again" if at.problem in SEEN_ONLY else SAID[at.problem]
    return f"{what} speech.staff_reads"


class FollowDocumentScreen(Page):
    """As at the start of a certificate; the number on the paper is the other way.

    That number needs eyes: whoever listens is offered a person too.
    """

    again = StringProperty()
    what_to_do = StringProperty()
    heard_problem = StringProperty()
    offers_staff = BooleanProperty(False)
    waiting = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._staff = Offered(self.ids.staff)
        self._staff.offer(offered=self.offers_staff)

    def on_offers_staff(self, *_change: object) -> None:
        """Somebody listens, and the document was not read."""
        if "staff" in self.ids:
            self._staff.offer(offered=self.offers_staff)

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
        self.heard_problem = _heard(at)

    def call_staff(self) -> None:
        """Somebody should come."""
        self.emit(CallHelp())

    def type_number(self) -> None:
        """The number instead."""
        self.emit(TypeNumberInstead())

    def back(self) -> None:
        """To what else can be asked."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

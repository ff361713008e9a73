"""Where the certificate goes: an address, or on without one."""

from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import Doubt, EmailProblem, NotCorrected
from kiosk.flow.states import GiveEmail, GiveEmailAgain, GiveNewEmail, State
from kiosk.flow.touches import Back, Cancel, GaveEmail, HasNoEmail
from kiosk.screens.follow.give_number import WRONG as REFUSED
from kiosk.widgets.keyboard import after
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page

WRONG: dict[EmailProblem | NotCorrected, str] = {
    EmailProblem.INCOMPLETE: "give_email.incomplete",
    EmailProblem.NO_AT: "give_email.no_at",
    EmailProblem.NO_DOMAIN: "give_email.no_domain",
    EmailProblem.TWO_ATS: "give_email.two_ats",
    EmailProblem.SPACES: "give_email.spaces",
    EmailProblem.SIGNS: "give_email.signs",
    EmailProblem.TOO_LONG: "give_email.too_long",
    **REFUSED,
}


class GiveEmailScreen(Page):
    """What is typed lives in `draft`; it goes with the screen.

    `meant`: the domain asked about while the address looks like a slip, else empty. `brings`: what
    an address is for, and what a wrong one does; `unsure`: what to do then.
    """

    title = StringProperty()
    brings = StringProperty()
    unsure = StringProperty()
    problem = StringProperty()
    meant = StringProperty()
    near = BooleanProperty(False)
    _doubt: Doubt | None = None

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._no_email = Offered(self.ids.no_email)
        self._accept = Offered(self.ids.accept_hint)
        self._accept.offer(offered=False)
        self.bind(draft=self._typed)

    def render(self, state: State) -> None:
        """Say what is wrong with the address, if anything; leave what was typed alone."""
        super().render(state)
        at = state.at
        assert isinstance(at, GiveEmail | GiveEmailAgain | GiveNewEmail)
        self.begin(at.typed)
        new = isinstance(at, GiveNewEmail)
        self.title = self.loc._("give_email.new_title" if new else "give_email.title")
        self.problem = self.loc._(WRONG[at.problem]) if at.problem else ""
        self._doubt = at.doubt
        self.meant = at.doubt.meant.rpartition("@")[2] if at.doubt else ""
        self.brings = self.loc._("give_email.new_lead" if new else "give_email.lead")
        without = not new and not at.doubt
        self.unsure = self.loc._("give_email.not_sure") if without else ""
        self._no_email.offer(offered=without)
        self._accept.offer(offered=at.doubt is not None)

    def _typed(self, *_change: object) -> None:
        """What is wrong was said of what stood there before."""
        self.problem = ""

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)

    def go_on(self) -> None:
        """The address is complete, says the person."""
        self.emit(GaveEmail(self.draft))

    def accept_hint(self) -> None:
        """Yes, that is what was meant."""
        if self._doubt is not None:
            self.emit(GaveEmail(self._doubt.meant))

    def no_email(self) -> None:
        """No address."""
        self.emit(HasNoEmail(self.draft))

    def back(self) -> None:
        """To what was shown before."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""Where the certificate goes: an address typed on the screen, or a code to scan."""

from typing import Any

from kivy.properties import StringProperty

from kiosk.flow.facts import EmailProblem
from kiosk.flow.states import GiveEmail, GiveEmailAgain, GiveNewEmail, State
from kiosk.flow.touches import Back, Cancel, GaveEmail
from kiosk.widgets.keyboard import after
from kiosk.widgets.page import Page

WRONG = {EmailProblem.INCOMPLETE: "give_email.incomplete"}


class GiveEmailScreen(Page):
    """What is typed lives in `draft` and nowhere else; it goes with the screen."""

    problem = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._qr_button = self.ids.prefer_qr.__self__

    def render(self, state: State) -> None:
        """Say what is wrong with the address, if anything; leave what was typed alone."""
        super().render(state)
        at = state.at
        assert isinstance(at, GiveEmail | GiveEmailAgain | GiveNewEmail)
        self.problem = self.loc._(WRONG[at.problem]) if at.problem else ""
        ways = self.ids.ways
        qr = state.world.public_address and not isinstance(at, GiveNewEmail)
        if qr != (self._qr_button in ways.children):
            if qr:
                ways.add_widget(self._qr_button)
            else:
                ways.remove_widget(self._qr_button)

    def key(self, char: str) -> None:
        """A key of the keyboard was touched."""
        self.draft = after(self.draft, char)

    def go_on(self) -> None:
        """The address is complete, says the person."""
        self.emit(GaveEmail(self.draft))

    def prefer_qr(self) -> None:
        """No address: a code on the screen instead."""
        self.emit(GaveEmail(None))

    def back(self) -> None:
        """To what was shown before."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

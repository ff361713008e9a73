"""Where an application stands: in plain words, and never what a certificate says."""

from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.flow.follow.following import may_apply, may_correct, may_send_again
from kiosk.flow.follow.states import FollowedOnes, Story
from kiosk.flow.states import State
from kiosk.flow.touches import (
    AskForCertificate,
    Complain,
    CorrectEmail,
    Finish,
    NextOne,
    SendMeAgain,
    TakeTurn,
)
from kiosk.flow.world import gives_turns
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Said:
    """One line: its picture, and a sentence that may name {email}.

    Without an address `without_email` is said, where there is one.
    """

    picture: str
    say: str
    without_email: str = ""


@dataclass(frozen=True)
class Told:
    """A story: its picture, what is so, and at most `LINES` lines about it."""

    picture: str
    title: str
    lines: tuple[Said, ...]


LINES = 4


_NOT_AGAIN = Said("alert", "goes_on.not_again")
_ASK = Said("certificate", "followed.ask_what")

TOLD = {
    Story.NOT_PAID: Told(
        "alert",
        "followed.not_paid",
        (
            Said("certificate", "followed.not_paid_what"),
            Said("people", "followed.not_paid_then"),
        ),
    ),
    Story.CONFIRMING: Told(
        "clock", "followed.confirming", (_NOT_AGAIN, Said("clock", "followed.confirming_then"))
    ),
    Story.PAYMENT_REFUSED: Told(
        "alert",
        "followed.payment_refused",
        (
            Said("people", "followed.payment_refused_what"),
            Said("certificate", "followed.payment_refused_then"),
        ),
    ),
    Story.MONEY_BACK: Told(
        "alert",
        "followed.money_back",
        (Said("phone", "followed.money_back_what"), Said("people", "followed.money_back_then")),
    ),
    Story.WORKING: Told(
        "clock", "followed.working", (_NOT_AGAIN, Said("clock", "followed.working_then"))
    ),
    Story.IN_REVIEW: Told(
        "people",
        "followed.in_review",
        (
            Said("people", "followed.in_review_what"),
            Said("check_circle", "followed.in_review_paid"),
            Said("mail", "followed.in_review_email", "followed.in_review_no_email"),
            Said("ticket", "followed.in_review_long"),
        ),
    ),
    Story.SENT: Told(
        "check_circle",
        "followed.ready",
        (Said("mail", "followed.sent_what"), Said("search", "followed.sent_then")),
    ),
    Story.SENDING: Told(
        "check_circle",
        "followed.ready",
        (Said("send", "followed.sending_what"), Said("clock", "followed.sending_then")),
    ),
    Story.NOT_DELIVERED: Told(
        "alert",
        "followed.ready",
        (
            Said("alert", "followed.not_delivered_what"),
            Said("mail", "followed.not_delivered_then"),
        ),
    ),
    Story.TO_COLLECT: Told(
        "check_circle",
        "followed.ready",
        (
            Said("people", "followed.to_collect_what"),
            Said("document", "followed.to_collect_then"),
        ),
    ),
    Story.KEPT_NO_MORE: Told(
        "check_circle",
        "followed.kept_no_more",
        (Said("search", "followed.kept_no_more_what"), _ASK),
    ),
    Story.NOT_KEPT: Told(
        "alert", "followed.not_kept", (Said("clock", "followed.not_kept_what"), _ASK)
    ),
    Story.REFUSED: Told(
        "alert",
        "followed.refused",
        (Said("cash", "followed.refused_what"), Said("people", "followed.refused_then")),
    ),
}
_MONEY = (Story.CONFIRMING, Story.PAYMENT_REFUSED, Story.MONEY_BACK, Story.REFUSED)
_LATE = (Story.REFUSED, Story.KEPT_NO_MORE, Story.NOT_KEPT)  # another address changes nothing


class FollowedOnesScreen(Page):
    """One application at a time. `place`: which of how many, empty for a single one."""

    told = ObjectProperty(TOLD[Story.WORKING], rebind=True)
    number = StringProperty()
    place = StringProperty()
    says = ListProperty([("", "")] * LINES)
    claim_open = BooleanProperty(False)
    turns = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._next = Offered(self.ids.next_one)
        self._send_again = Offered(self.ids.send_again)
        self._ask = Offered(self.ids.ask)
        self._correct = Offered(self.ids.correct_email)
        self._complain = Offered(self.ids.complain)

    def render(self, state: State) -> None:
        """Show one of them."""
        super().render(state)
        at = state.at
        assert isinstance(at, FollowedOnes)
        one = at.one
        self.told, self.number, self.claim_open = TOLD[one.story], one.number, one.claim_open
        said = [self._line(each, one.masked_email) for each in self.told.lines]
        self.says = [*said, *[("", "")] * (LINES - len(said))]
        several = len(at.found) > 1
        place = self.loc._("followed.place")
        self.place = place.format(which=at.shown + 1, count=len(at.found)) if several else ""
        self.turns = gives_turns(state.world)
        money = one.claim_open or one.story in _MONEY
        self._complain.offer(offered=money)
        self._correct.offer(offered=may_correct(at) and one.story not in _LATE)
        self._send_again.offer(offered=may_send_again(state.world, at))
        self._ask.offer(offered=may_apply(state.world, at))
        self._next.offer(offered=several)

    def _line(self, said: Said, email: str | None) -> tuple[str, str]:
        key = said.say if email else said.without_email or said.say
        return said.picture, self.loc._(key).format(email=email or "")

    def next_one(self) -> None:
        """Another application."""
        self.emit(NextOne())

    def send_again(self) -> None:
        """It did not arrive."""
        self.emit(SendMeAgain())

    def ask(self) -> None:
        """A certificate, then."""
        self.emit(AskForCertificate())

    def correct_email(self) -> None:
        """The address is wrong."""
        self.emit(CorrectEmail())

    def take_turn(self) -> None:
        """The person would rather see somebody."""
        self.emit(TakeTurn())

    def complain(self) -> None:
        """Where is the complaint book?"""
        self.emit(Complain())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

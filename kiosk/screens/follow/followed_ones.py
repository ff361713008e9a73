"""Where an application stands: in plain words, and never what a certificate says."""

from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.follow.following import may_correct
from kiosk.flow.follow.states import FollowedOnes, Story
from kiosk.flow.states import State
from kiosk.flow.touches import Complain, CorrectEmail, Finish, NextOne, TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Told:
    """A story: its picture, what is so, and what to do.

    `then` may name {email}; without one `without_email` is said, where there is one.
    """

    picture: str
    title: str
    then: str
    without_email: str = ""


TOLD = {
    Story.NOT_PAID: Told("alert", "followed.not_paid", "followed.not_paid_what"),
    Story.CONFIRMING: Told("clock", "followed.confirming", "followed.confirming_what"),
    Story.PAYMENT_REFUSED: Told(
        "alert", "followed.payment_refused", "followed.payment_refused_what"
    ),
    Story.MONEY_BACK: Told("alert", "followed.money_back", "followed.money_back_what"),
    Story.WORKING: Told("clock", "followed.working", "followed.working_what"),
    Story.IN_REVIEW: Told(
        "people",
        "followed.in_review",
        "followed.in_review_what",
        "followed.in_review_no_email",
    ),
    Story.SENT: Told("check_circle", "followed.ready", "followed.sent_what"),
    Story.SENDING: Told("check_circle", "followed.ready", "followed.sending_what"),
    Story.NOT_DELIVERED: Told("alert", "followed.ready", "followed.not_delivered_what"),
    Story.TO_COLLECT: Told("check_circle", "followed.ready", "followed.to_collect_what"),
    Story.KEPT_NO_MORE: Told("check_circle", "followed.kept_no_more", "followed.kept_no_more_what"),
    Story.NOT_KEPT: Told("alert", "followed.not_kept", "followed.not_kept_what"),
    Story.REFUSED: Told("alert", "followed.refused", "followed.refused_what"),
}
_MONEY = (Story.CONFIRMING, Story.PAYMENT_REFUSED, Story.MONEY_BACK, Story.REFUSED)
_LATE = (Story.REFUSED, Story.KEPT_NO_MORE, Story.NOT_KEPT)  # another address changes nothing


class FollowedOnesScreen(Page):
    """One application at a time. `place`: which of how many, empty for a single one."""

    told = ObjectProperty(TOLD[Story.WORKING], rebind=True)
    number = StringProperty()
    place = StringProperty()
    then = StringProperty()
    claim_open = BooleanProperty(False)
    turns = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._next = Offered(self.ids.next_one)
        self._correct = Offered(self.ids.correct_email)
        self._complain = Offered(self.ids.complain)

    def render(self, state: State) -> None:
        """Show one of them."""
        super().render(state)
        at = state.at
        assert isinstance(at, FollowedOnes)
        one = at.one
        self.told, self.number, self.claim_open = TOLD[one.story], one.number, one.claim_open
        then = self.told.then if one.masked_email else self.told.without_email or self.told.then
        self.then = self.loc._(then).format(email=one.masked_email or "")
        several = len(at.found) > 1
        place = self.loc._("followed.place")
        self.place = place.format(which=at.shown + 1, count=len(at.found)) if several else ""
        self.turns = gives_turns(state.world)
        money = one.claim_open or one.story in _MONEY
        self._complain.offer(offered=money)
        self._correct.offer(offered=may_correct(at) and one.story not in _LATE)
        self._next.offer(offered=several)

    def next_one(self) -> None:
        """Another application."""
        self.emit(NextOne())

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

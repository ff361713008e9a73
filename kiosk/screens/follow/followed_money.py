"""Where the money of a claim stands."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.follow.states import ClaimStory, FollowedMoney
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Complain, Finish, TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Told:
    """A story: its picture, what is so, and what to do."""

    picture: str
    title: str
    then: str


TOLD = {
    ClaimStory.OWED: Told("alert", "followed_money.owed", "followed_money.owed_what"),
    ClaimStory.BEING_FOUND_OUT: Told("clock", "followed_money.doubt", "followed_money.doubt_what"),
    ClaimStory.PAID_OUT: Told("check_circle", "followed_money.paid", "followed_money.paid_what"),
    ClaimStory.SETTLED: Told(
        "check_circle", "followed_money.settled", "followed_money.settled_what"
    ),
}


class FollowedMoneyScreen(Page):
    """The code is the person's own: it is on the paper in their hand."""

    told = ObjectProperty(TOLD[ClaimStory.OWED], rebind=True)
    code = StringProperty()
    amount = StringProperty()
    turns = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show how much, and where it stands."""
        super().render(state)
        assert isinstance(state.at, FollowedMoney)
        claim = state.at.claim
        self.told, self.code = TOLD[claim.story], claim.code
        self.amount = soles(claim.amount_centimos)
        self.turns = gives_turns(state.world)

    def take_turn(self) -> None:
        """To whoever gives the money."""
        self.emit(TakeTurn())

    def back(self) -> None:
        """To what else can be asked."""
        self.emit(Back())

    def complain(self) -> None:
        """Where is the complaint book?"""
        self.emit(Complain())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

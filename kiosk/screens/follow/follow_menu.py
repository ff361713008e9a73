"""What was begun before: an application, or money that is owed?"""

from kivy.properties import BooleanProperty

from kiosk.flow.follow.correction import is_offered
from kiosk.flow.follow.following import can_follow, may_go_back
from kiosk.flow.follow.states import FollowMenu
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, CorrectEmail, SeeApplication, SeeClaim
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard


class FollowMenuScreen(Page):
    """One card for each; while the server is away they say so. `brief`: with large text."""

    may_go_back = BooleanProperty(False)
    brief = BooleanProperty(False)
    _shown: object = None

    def render(self, state: State) -> None:
        """Lay out the cards."""
        super().render(state)
        at = state.at
        assert isinstance(at, FollowMenu)
        self.may_go_back = may_go_back(state.world, at)
        here, corrects = can_follow(state.world), is_offered(state.world, at.person)
        if (here, corrects, self.brief) == self._shown:
            return
        self._shown = (here, corrects, self.brief)
        why = "" if here else self.loc._("out_of_service.server_away")
        cards = [
            self._card("see_application", "follow.application", "follow.application_what", why),
            self._card("see_claim", "follow.claim", "follow.claim_what", why),
        ]
        if corrects:
            what = "choose_service.correct_email_what"
            cards.append(self._card("correct_email", "choose_service.correct_email", what, ""))
        self.ids.shelf.cards = cards

    def _card(self, name: str, label: str, note: str, why: str) -> ServiceCard:
        said = "" if self.brief else self.loc._(note)
        card = ServiceCard(name=name, label=self.loc._(label), note=said, reason=why)
        card.disabled, card.picture = bool(why), _PICTURE[name]
        card.bind(on_release=lambda _card: self.emit(_TOUCH[name]()))
        return card

    def back(self) -> None:
        """To the services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())


_TOUCH: dict[str, type[SeeApplication | SeeClaim | CorrectEmail]] = {
    "see_application": SeeApplication,
    "see_claim": SeeClaim,
    "correct_email": CorrectEmail,
}
_PICTURE = {"see_application": "search", "see_claim": "cash", "correct_email": "mail"}

"""What would you like to know? One card for each answer."""

from kivy.properties import BooleanProperty

from kiosk.flow.guide.pages import at_a_window
from kiosk.flow.guide.states import Guide, Topic
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, SeeServices, SeeTopic
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard

LABELS = {
    Topic.CERTIFICATE: "guide.certificate",
    Topic.PREFERENTIAL: "guide.preferential",
    Topic.COMPLAINTS: "guide.complaints",
}


class GuideScreen(Page):
    """Other services come second: most people who ask here came for one of them."""

    may_go_back = BooleanProperty(False)
    _shown: object = None

    def render(self, state: State) -> None:
        """Lay out the cards."""
        super().render(state)
        assert isinstance(state.at, Guide)
        self.may_go_back = state.at.person.document is not None
        others = bool(at_a_window(state.world))
        if others == self._shown:
            return
        self._shown = others
        cards = [self._topic(topic) for topic in Topic]
        if others:
            card = ServiceCard(name="see_services", label=self.loc._("guide.services"))
            card.bind(on_release=lambda _card: self.emit(SeeServices()))
            cards.insert(1, card)
        self.ids.shelf.cards = cards

    def _topic(self, topic: Topic) -> ServiceCard:
        card = ServiceCard(name=f"topic:{topic}", label=self.loc._(LABELS[topic]))
        card.bind(on_release=lambda _card: self.emit(SeeTopic(topic)))
        return card

    def back(self) -> None:
        """To the services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

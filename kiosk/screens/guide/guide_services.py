"""What people come for that is not finished here: one card for each."""

from kiosk.flow.guide.states import GuideServices
from kiosk.flow.service_words import name_in
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, Choose
from kiosk.flow.world import Service
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard


class GuideServicesScreen(Page):
    """The next touch says what it is."""

    _shown: object = None

    def render(self, state: State) -> None:
        """Lay out the cards."""
        super().render(state)
        at = state.at
        assert isinstance(at, GuideServices)
        if at.services != self._shown:
            self._shown = at.services
            self.ids.shelf.cards = [self._card(each) for each in at.services]

    def _card(self, service: Service) -> ServiceCard:
        card = ServiceCard(
            name=f"service:{service.code}", label=name_in(self.loc.language, service)
        )
        card.bind(on_release=lambda _card: self.emit(Choose(service.code)))
        return card

    def back(self) -> None:
        """To the list of what can be known."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

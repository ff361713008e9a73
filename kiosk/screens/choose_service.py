"""What did the person come for? One card for each service of the site."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import Back, Cancel, Choose
from kiosk.flow.states import ChooseService, Document, State
from kiosk.flow.world import Part, Service
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard


def masked(document: Document) -> str:
    """Enough for the person to know themselves, too little for whoever looks over a shoulder."""
    if document.surname:
        first_name = document.given_names.split(" ")[0]
        return f"{document.surname[:2]}**** {first_name}".rstrip()
    return f"****{document.number[-3:]}"


class ChooseServiceScreen(Page):
    """`who` is empty when the reader is down and nobody was read."""

    who = StringProperty()
    problem = StringProperty()
    may_go_back = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Lay out the cards, or say why the chosen service could not be given."""
        super().render(state)
        at = state.at
        assert isinstance(at, ChooseService)
        read = self.loc._("choose_service.document_read")
        self.who = read.format(who=masked(at.person.document)) if at.person.document else ""
        self.problem = at.problem
        self.may_go_back = state.world.usable(Part.READER)
        if at.services != self._services:
            self._services = at.services
            self.ids.shelf.cards = [self._card(service) for service in at.services]

    _services: tuple[Service, ...] = ()

    def _card(self, service: Service) -> ServiceCard:
        card = ServiceCard(name=f"service:{service.code}", label=service.name)
        card.bind(on_release=lambda _card: self.emit(Choose(service.code)))
        return card

    def back(self) -> None:
        """Read another document."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

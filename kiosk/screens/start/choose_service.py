"""What did the person come for? One card for each service of the site, certificates first."""

from uuid import uuid4

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.facts import NoTurn
from kiosk.flow.follow.following import can_follow
from kiosk.flow.person import Document
from kiosk.flow.service_words import explained_in, name_in
from kiosk.flow.states import ChooseService, State
from kiosk.flow.touches import AlreadyApplied, Back, Cancel, Choose
from kiosk.flow.world import (
    Obstacle,
    Part,
    Service,
    ServiceKind,
    World,
    certificate_notice,
    certificate_obstacle,
    gives_turns,
    turn_obstacle,
)
from kiosk.screens.start.out_of_service import WHY
from kiosk.texts.catalogue import FIRST_LANGUAGE
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard

NO_TURN = {
    NoTurn.SITE_CLOSED: "no_turn.site_closed",
    NoTurn.SERVICE_CLOSED: "no_turn.service_closed",
    NoTurn.QUOTA_REACHED: "no_turn.quota_reached",
    NoTurn.UNKNOWN_SERVICE: "no_turn.unknown_service",
    NoTurn.AWAY: "no_turn.away",
    NoTurn.NO_NUMBERS: "no_turn.no_numbers",
    NoTurn.ASK_STAFF: "no_turn.ask_staff",
    NoTurn.OTHER: "no_turn.other",
}


def masked(document: Document) -> str:
    """Enough for the person to know themselves, too little for whoever looks over a shoulder."""
    if document.surname:
        first_name = document.given_names.split(" ")[0]
        shown = min(2, len(document.surname) - 1)  # of "LI" one letter is enough to know oneself
        return f"{document.surname[:shown]}**** {first_name}".rstrip()
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
        self.problem = self._problem(at)
        self.may_go_back = state.world.usable(Part.READER)
        certificate = self._certificate(state.world)
        follows = can_follow(state.world)
        turns = tuple(self._no_turn(state.world, each) for each in at.services)
        if (at.services, certificate, turns, follows) != self._shown:
            self._shown = (at.services, certificate, turns, follows)
            first = sorted(
                zip(at.services, turns, strict=True),
                key=lambda each: each[0].kind is not ServiceKind.CERTIFICATE,
            )
            cards = [self._card(service, certificate, no_turn) for service, no_turn in first]
            self.ids.shelf.cards = [*cards, self._already_applied()] if follows else cards

    _shown: object = None

    def _problem(self, at: ChooseService) -> str:
        """Why there is no turn; the server's own only where there is no other, and never in
        another language than the person's."""
        if at.no_paper:
            return self.loc._("choose_service.no_paper")
        if at.no_turn is None:
            return ""
        known = at.no_turn is not NoTurn.OTHER or self.loc.language != FIRST_LANGUAGE
        return self.loc._(NO_TURN[at.no_turn]) if known or not at.problem else at.problem

    def _certificate(self, world: World) -> tuple[str, str]:
        """What a certificate costs here, and why it is not given now; one of them is empty."""
        obstacle = certificate_obstacle(world)
        if obstacle is Obstacle.SERVER_AWAY and gives_turns(world):
            return "", self.loc._("offline.only_turns")
        if obstacle is None and (notice := certificate_notice(world)) is not None:
            return self.loc._(WHY[notice]), ""
        if obstacle is not None or world.fee_centimos is None:
            return "", self.loc._(WHY[obstacle or Obstacle.NO_FEE])
        price = self.loc._("choose_service.price")
        return price.format(fee=soles(world.fee_centimos)), ""

    def _no_turn(self, world: World, service: Service) -> str:
        """Why no turn for `service` is given now; empty when it is."""
        obstacle = turn_obstacle(world, service)
        return self.loc._(WHY[obstacle]) if obstacle is not None else ""

    def _card(self, service: Service, certificate: tuple[str, str], no_turn: str) -> ServiceCard:
        card = ServiceCard(
            name=f"service:{service.code}", label=name_in(self.loc.language, service)
        )
        if service.kind is ServiceKind.CERTIFICATE:
            card.note, card.reason = certificate
            card.variant, card.picture = "primary", "certificate"
        else:
            card.note, card.reason = explained_in(self.loc.language, service), no_turn
            card.picture, card.series = "blank_ticket", service.series
        card.disabled = bool(card.reason)
        card.bind(on_release=lambda _card: self.emit(Choose(service.code)))
        return card

    def _already_applied(self) -> ServiceCard:
        label, note = "welcome.already_applied", "choose_service.already_applied_what"
        card = ServiceCard(name="already_applied", label=self.loc._(label), note=self.loc._(note))
        card.picture = "search"
        card.bind(on_release=lambda _card: self.emit(AlreadyApplied(uuid4())))
        return card

    def back(self) -> None:
        """Read another document."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

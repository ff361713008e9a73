"""One page of information: a title and a few facts, one idea each."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.guide.complaint_book import book
from kiosk.flow.guide.states import GuidePage, Topic
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel
from kiosk.flow.world import World
from kiosk.widgets.fact import Fact
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page

TITLES = {
    Topic.CERTIFICATE: "guide_page.certificate",
    Topic.PREFERENTIAL: "guide_page.preferential",
    Topic.COMPLAINTS: "guide_page.complaints",
}
Facts = tuple[tuple[str, str], ...]


class GuidePageScreen(Page):
    """`link`: the digital complaint book, empty where the site names none."""

    title = StringProperty()
    link = StringProperty()
    leaves = BooleanProperty(True)
    _shown: Facts = ()

    def render(self, state: State) -> None:
        """Lay out the facts."""
        super().render(state)
        at = state.at
        assert isinstance(at, GuidePage)
        self.title = self.loc._(TITLES[at.topic])
        self.leaves = at.before is None
        complaints = at.topic is Topic.COMPLAINTS
        self.link = (book(state.world.complaints).link or "") if complaints else ""
        facts = self._facts(at.topic, state.world)
        if facts != self._shown:
            self._shown = facts
            self.ids.facts.clear_widgets()
            for picture, say in facts:
                fact = Fact()
                fact.picture, fact.say = picture, say
                self.ids.facts.add_widget(fact)

    def _facts(self, topic: Topic, world: World) -> Facts:
        match topic:
            case Topic.CERTIFICATE:
                return self._certificate(world)
            case Topic.PREFERENTIAL:
                return (
                    ("people", self.loc._("guide_page.preferential_who")),
                    ("clock", self.loc._("guide_page.preferential_first")),
                    ("check_circle", self.loc._("guide_page.preferential_proof")),
                    ("certificate", self.loc._("guide_page.preferential_law")),
                )
            case Topic.COMPLAINTS:
                where = world.complaints or self.loc._("guide_page.complaints_staff")
                return (
                    ("certificate", self.loc._("guide_page.complaints_right")),
                    ("pin", where),
                )

    def _certificate(self, world: World) -> Facts:
        price = self.loc._("guide_page.fee").format(fee=soles(world.fee_centimos or 0))
        fee: Facts = (("card", price),) if world.fee_centimos else ()
        return (
            ("certificate", self.loc._("terms.what")),
            ("calendar", self.loc._("terms.valid")),
            *fee,
            ("document", self.loc._("guide_page.needs")),
            ("mail", self.loc._("guide_page.delivery")),
        )

    def back(self) -> None:
        """To where it was opened."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

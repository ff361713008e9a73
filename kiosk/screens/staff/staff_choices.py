"""The lists of the staff's own menu: chores, reasons to close, devices, ports. A card for each."""

from collections.abc import Iterable

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import Event
from kiosk.flow.staff.events import ChoseChore, ChoseClosure, ChosePart, ChosePort
from kiosk.flow.staff.states import (
    Chore,
    ChoreNews,
    StaffClosing,
    StaffMenu,
    StaffParts,
    StaffPorts,
)
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel
from kiosk.flow.world import Closure, Obstacle
from kiosk.screens.start.out_of_service import WHY
from kiosk.widgets.page import Page
from kiosk.widgets.service_card import ServiceCard

CHORES = {
    Chore.PAPER: "staff.paper",
    Chore.SELF_TEST: "staff.self_test",
    Chore.SERVICE: "staff.close",
    Chore.RESTART: "staff.restart",
    Chore.CALIBRATE: "staff.calibrate",
    Chore.PORTS: "staff.ports",
}
NEWS = {
    ChoreNews.PAPER_WELL: "staff.paper_well",
    ChoreNews.PAPER_FAILED: "staff.paper_failed",
    ChoreNews.PORT_TAKEN: "staff.port_taken",
    ChoreNews.PORT_SILENT: "staff.port_silent",
    ChoreNews.CALIBRATED: "staff.calibrated",
    ChoreNews.CLOSED: "staff.closed",
    ChoreNews.OPENED: "staff.opened",
    ChoreNews.FAILED: "staff.failed",
}
_WELL = (
    ChoreNews.PAPER_WELL,
    ChoreNews.PORT_TAKEN,
    ChoreNews.CALIBRATED,
    ChoreNews.CLOSED,
    ChoreNews.OPENED,
)
CLOSURES = {
    Closure.CLEANING: "staff.for_cleaning",
    Closure.REPAIR: "staff.for_repair",
    Closure.SUPPLIES: "staff.for_supplies",
}
KINDS = {
    "document_reader": "staff.kind_document_reader",
    "chip_reader": "staff.kind_chip_reader",
    "receipt_printer": "staff.kind_receipt_printer",
    "card_terminal": "staff.kind_card_terminal",
    "cash_acceptor": "staff.kind_cash_acceptor",
    "cash_dispenser": "staff.kind_cash_dispenser",
    "keypad": "staff.kind_keypad",
}


class StaffChoices(Page):
    """A title, a sentence, a card for each choice. `news`: of the last chore; `well`: good ones."""

    title = StringProperty()
    lead = StringProperty()
    news = StringProperty()
    well = BooleanProperty(True)
    may_go_back = BooleanProperty(True)
    _shown: object = None

    def show(self, choices: Iterable[tuple[str, str, str, Event]]) -> None:
        """Lay out `(name, label, note, event)` as cards, unless they lie there already."""
        wanted = tuple(choices)
        if wanted != self._shown:
            self._shown = wanted
            self.ids.shelf.cards = [self._card(*each) for each in wanted]

    def _card(self, name: str, label: str, note: str, event: Event) -> ServiceCard:
        card = ServiceCard(name=name, label=label, note=note)
        card.bind(on_release=lambda _card: self.emit(event))
        return card

    def back(self) -> None:
        """To the screen before."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave the menu."""
        self.emit(Cancel())


class StaffMenuScreen(StaffChoices):
    """What the code is good for."""

    may_go_back = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Lay out the chores, and how the last one ended."""
        super().render(state)
        at = state.at
        assert isinstance(at, StaffMenu)
        closure = state.world.closure
        by = self.loc._("staff.menu_lead").format(who=at.visit.asked_by)
        closed = self.loc._(WHY[Obstacle(closure)]) if closure is not None else ""
        self.lead = closed or by
        self.news = self.loc._(NEWS[at.news]) if at.news is not None else ""
        self.well = at.news in _WELL
        self.show(
            (f"chore:{each}", self._words(each, closure is not None), "", ChoseChore(each))
            for each in at.visit.chores
        )

    def _words(self, chore: Chore, closed: bool) -> str:
        return self.loc._("staff.open" if chore is Chore.SERVICE and closed else CHORES[chore])


class StaffClosingScreen(StaffChoices):
    """Why is it closed?"""

    def render(self, state: State) -> None:
        """Lay out the reasons, with what people will read."""
        super().render(state)
        assert isinstance(state.at, StaffClosing)
        self.show(
            (
                f"close:{each}",
                self.loc._(key),
                self.loc._(WHY[Obstacle(each)]),
                ChoseClosure(each),
            )
            for each, key in CLOSURES.items()
        )


class StaffPartsScreen(StaffChoices):
    """Which device?"""

    def render(self, state: State) -> None:
        """Lay out the devices and where they are looked for now."""
        super().render(state)
        assert isinstance(state.at, StaffParts)
        self.show(
            (f"part:{each.name}", kind_words(self, each.kind), each.port, ChosePart(each.name))
            for each in state.at.parts
        )


class StaffPortsScreen(StaffChoices):
    """At which port?"""

    def render(self, state: State) -> None:
        """Lay out the ports of this machine."""
        super().render(state)
        at = state.at
        assert isinstance(at, StaffPorts)
        self.lead = f"{kind_words(self, at.part.kind)} · {at.part.port}"
        if not at.before.ports:
            self.news, self.well = self.loc._("staff.no_ports"), False
        self.show((f"port:{each}", readable(each), "", ChosePort(each)) for each in at.before.ports)


def readable(port: str) -> str:
    """A port's name in words that fit a line of large letters: `usb 0403:6001 A50285BI`."""
    if not port.startswith("usb:"):
        return port
    bus, maker, product, *serial = port.split(":")
    return " ".join((bus, f"{maker}:{product}", *serial))


def kind_words(page: Page, kind: str) -> str:
    """What a kind of device is called; a kind without a name of its own is a part."""
    return page.loc._(KINDS.get(kind, "staff.kind_other"))

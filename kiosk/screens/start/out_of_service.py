"""Nothing can be finished here: why, where to go, and what still works."""

from typing import Any
from uuid import uuid4

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.closed import Open, still_open
from kiosk.flow.states import OutOfService, State
from kiosk.flow.touches import AlreadyApplied, OpenGuide
from kiosk.flow.world import Obstacle
from kiosk.widgets.offered import Offered
from kiosk.widgets.page import Page

WHY = {
    Obstacle.CLEANING: "out_of_service.cleaning",
    Obstacle.REPAIR: "out_of_service.repair",
    Obstacle.SUPPLIES: "out_of_service.supplies",
    Obstacle.SERVER_AWAY: "out_of_service.server_away",
    Obstacle.NUMBERS_USED_UP: "out_of_service.numbers_used_up",
    Obstacle.NO_PAPER_FOR_NUMBERS: "out_of_service.no_paper_for_numbers",
    Obstacle.JOURNAL_DOWN: "out_of_service.journal_down",
    Obstacle.BACKEND_AWAY: "out_of_service.backend_away",
    Obstacle.NO_WAY_TO_PAY: "out_of_service.no_way_to_pay",
    Obstacle.NO_SERVICES: "out_of_service.no_services",
    Obstacle.NO_FEE: "out_of_service.no_fee",
}


class OutOfServiceScreen(Page):
    """Closed for now; what can be known stays one touch away."""

    why = StringProperty()
    follows = BooleanProperty(False)
    helps = BooleanProperty(False)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._follow = Offered(self.ids.follow)

    def render(self, state: State) -> None:
        """Say why in words, and what works all the same."""
        super().render(state)
        assert isinstance(state.at, OutOfService)
        self.why = self.loc._(WHY[state.at.reason])
        works = still_open(state.world)
        self.follows, self.helps = Open.FOLLOW in works, Open.HELP in works
        self._follow.offer(offered=self.follows)

    def already_applied(self) -> None:
        """Something was begun before."""
        self.emit(AlreadyApplied(uuid4()))

    def open_guide(self) -> None:
        """What is there to know?"""
        self.emit(OpenGuide(uuid4()))

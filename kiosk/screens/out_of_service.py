"""Nothing can be finished here: why, and where to go."""

from kivy.properties import StringProperty

from kiosk.flow.states import OutOfService, State
from kiosk.flow.world import Obstacle
from kiosk.widgets.page import Page

WHY = {
    Obstacle.SERVER_AWAY: "out_of_service.server_away",
    Obstacle.NUMBERS_USED_UP: "out_of_service.numbers_used_up",
    Obstacle.NO_PAPER_FOR_NUMBERS: "out_of_service.no_paper_for_numbers",
    Obstacle.JOURNAL_DOWN: "out_of_service.journal_down",
    Obstacle.BACKEND_AWAY: "out_of_service.backend_away",
    Obstacle.READER_DOWN: "out_of_service.reader_down",
    Obstacle.NO_WAY_TO_PAY: "out_of_service.no_way_to_pay",
    Obstacle.NO_SERVICES: "out_of_service.no_services",
    Obstacle.NO_FEE: "out_of_service.no_fee",
}


class OutOfServiceScreen(Page):
    """Closed for now; nothing to touch."""

    why = StringProperty()

    def render(self, state: State) -> None:
        """Say why in words."""
        super().render(state)
        assert isinstance(state.at, OutOfService)
        self.why = self.loc._(WHY[state.at.reason])

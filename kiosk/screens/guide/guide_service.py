"""One service that is given at a window, in a sentence, and a turn for it."""

from kivy.properties import StringProperty

from kiosk.flow.guide.states import GuideService
from kiosk.flow.service_words import name_in, needs_in
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, TakeTurn
from kiosk.flow.world import turn_obstacle
from kiosk.screens.start.out_of_service import WHY
from kiosk.widgets.page import Page


class GuideServiceScreen(Page):
    """`why_not`: why no turn is given now, empty when one is."""

    service = StringProperty()
    what = StringProperty()
    why_not = StringProperty()

    def render(self, state: State) -> None:
        """Say what it is, and whether there is a turn now."""
        super().render(state)
        assert isinstance(state.at, GuideService)
        service = state.at.service
        self.service = name_in(self.loc.language, service)
        self.what = needs_in(self.loc.language, service) or self.loc._("guide_service.what")
        obstacle = turn_obstacle(state.world, service)
        self.why_not = self.loc._(WHY[obstacle]) if obstacle is not None else ""

    def take_turn(self) -> None:
        """A turn for it."""
        self.emit(TakeTurn())

    def back(self) -> None:
        """To the other services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""The kiosk does what staff asked for; nothing to do but wait."""

from kiosk.flow.staff.states import Chore, StaffAtWork, StaffOpening
from kiosk.flow.states import State
from kiosk.widgets.waiting_page import WaitingPage

DOING = {
    Chore.PAPER: "staff.doing_paper",
    Chore.SELF_TEST: "staff.doing_self_test",
    Chore.SERVICE: "staff.doing_service",
    Chore.RESTART: "staff.doing_restart",
    Chore.CALIBRATE: "staff.doing_calibrate",
    Chore.PORTS: "staff.doing_ports",
}


class StaffAtWorkScreen(WaitingPage):
    """Every chore has a deadline of its own."""

    def render(self, state: State) -> None:
        """Say what is being done."""
        super().render(state)
        at = state.at
        assert isinstance(at, StaffOpening | StaffAtWork)
        doing = "staff.doing_opening" if isinstance(at, StaffOpening) else DOING[at.chore]
        self.title = self.loc._(doing)

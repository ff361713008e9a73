"""No server knows this kiosk: the code that a technician types at the server."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.states import NotPaired, State
from kiosk.widgets.page import Page


class NotPairedScreen(Page):
    """`number`: the code in two groups, empty while another one is on its way; `reached`: whether
    a server is there at which it can be typed."""

    number = StringProperty()
    reached = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show the code."""
        super().render(state)
        assert isinstance(state.at, NotPaired)
        code = state.at.pairing.code
        self.number = f"{code[:4]} {code[4:]}".strip()
        self.reached = state.at.pairing.servers > 0

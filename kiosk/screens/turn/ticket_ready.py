"""The turn: its number, how many are before it, and what became of the slip of paper."""

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.flow.facts import PrintState, Wait
from kiosk.flow.person import AttentionClass
from kiosk.flow.service_words import called_in
from kiosk.flow.states import State, TicketReady
from kiosk.flow.touches import Finish
from kiosk.widgets.page import Page

ATTENTION = {
    AttentionClass.GENERAL: "ticket_ready.general",
    AttentionClass.PREFERENTIAL: "ticket_ready.preferential",
}

LONG_MIN = 120
HOUR_MIN = 60
HALF_HOURS = {
    2: "ticket_ready.estimate_hour",
    3: "ticket_ready.estimate_hour_half",
    4: "ticket_ready.estimate_hours",
}


class TicketReadyScreen(Page):
    """Finishing waits until the printer has said what became of the slip."""

    number = StringProperty()
    service = StringProperty()
    attention = StringProperty()
    ahead = NumericProperty(0)
    wait = StringProperty()
    by_voice = BooleanProperty(False)
    print_state = ObjectProperty(PrintState.PRINTING)
    printing = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show the turn and the fate of its slip."""
        super().render(state)
        at = state.at
        assert isinstance(at, TicketReady)
        self.number = at.ticket.number
        self.service = called_in(self.loc.language, state.world, at.ticket.service)
        self.attention = self.loc._(ATTENTION[at.ticket.attention_class])
        self.ahead = at.ticket.ahead
        self.wait = self._said(at.ticket.wait) if self.ahead else ""
        self.by_voice = at.ticket.by_voice
        self.print_state = at.print_state
        self.printing = at.print_state is PrintState.PRINTING

    def _said(self, wait: Wait | None) -> str:
        """The estimate in words: minutes, then half hours; far off, only that it is."""
        if wait is None:
            return ""
        if wait.low_min >= LONG_MIN:
            return self.loc._("ticket_ready.estimate_long")
        if wait.low_min >= HOUR_MIN:
            halves = round((wait.low_min + wait.high_min) / HOUR_MIN)
            return self.loc._(HALF_HOURS[min(halves, max(HALF_HOURS))])
        key = "ticket_ready.estimate" if wait.low_min else "ticket_ready.estimate_below"
        return self.loc._(key).format(low=wait.low_min, high=wait.high_min)

    def finish(self) -> None:
        """The person goes to wait."""
        self.emit(Finish())

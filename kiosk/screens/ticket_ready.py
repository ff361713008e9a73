"""The turn: its number, how many are before it, and what became of the slip of paper."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.flow.events import Finish
from kiosk.flow.states import AttentionClass, PrintState, State, TicketReady
from kiosk.widgets.page import Page


@dataclass(frozen=True)
class Paper:
    """What is said about the slip: keys of the catalogue and the look of the panel."""

    say: str
    then: str
    picture: str
    coat: str


PAPERS = {
    PrintState.PRINTING: Paper(
        "ticket_ready.printing", "ticket_ready.printing_what", "printer", "disabled"
    ),
    PrintState.PRINTED: Paper(
        "ticket_ready.printed", "ticket_ready.printed_what", "check_circle", "good"
    ),
    PrintState.NOT_PRINTED: Paper(
        "ticket_ready.not_printed", "ticket_ready.not_printed_what", "camera", "notice"
    ),
    PrintState.UNKNOWN: Paper(
        "ticket_ready.unknown", "ticket_ready.unknown_what", "camera", "notice"
    ),
}
ATTENTION = {
    AttentionClass.GENERAL: "ticket_ready.general",
    AttentionClass.PREFERENTIAL: "ticket_ready.preferential",
}


class TicketReadyScreen(Page):
    """Finishing waits until the printer has said what became of the slip."""

    number = StringProperty()
    service = StringProperty()
    attention = StringProperty()
    ahead = NumericProperty(0)
    paper = ObjectProperty(PAPERS[PrintState.PRINTING], rebind=True)
    printing = BooleanProperty(True)

    def render(self, state: State) -> None:
        """Show the turn and the fate of its slip."""
        super().render(state)
        at = state.at
        assert isinstance(at, TicketReady)
        self.number, self.service = at.ticket.number, at.ticket.service
        self.attention = self.loc._(ATTENTION[at.ticket.attention_class])
        self.ahead = at.ticket.ahead
        self.paper = PAPERS[at.print_state]
        self.printing = at.print_state is PrintState.PRINTING

    def finish(self) -> None:
        """The person goes to wait."""
        self.emit(Finish())

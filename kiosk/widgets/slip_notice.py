"""What became of the slip of paper, and what to do about it."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty, OptionProperty

from kiosk.flow.facts import PrintState
from kiosk.widgets.panel import Panel


@dataclass(frozen=True)
class Paper:
    """What is said about the slip: keys of the catalogue and the look of the panel."""

    say: str
    then: str
    picture: str
    coat: str


PAPERS = {
    "ticket": {
        PrintState.PRINTING: Paper(
            "ticket_ready.printing", "slip.printing_what", "printer", "disabled"
        ),
        PrintState.PRINTED: Paper(
            "slip.printed", "ticket_ready.printed_what", "check_circle", "good"
        ),
        PrintState.NOT_PRINTED: Paper(
            "slip.note_it", "ticket_ready.not_printed_what", "camera", "notice"
        ),
        PrintState.UNKNOWN: Paper("slip.note_it", "ticket_ready.unknown_what", "camera", "notice"),
    },
    "order": {
        PrintState.PRINTING: Paper("slip.printing", "slip.printing_what", "printer", "disabled"),
        PrintState.PRINTED: Paper("slip.printed", "slip.printed_what", "check_circle", "good"),
        PrintState.NOT_PRINTED: Paper("slip.note_it", "slip.not_printed_what", "camera", "notice"),
        PrintState.UNKNOWN: Paper("slip.note_it", "slip.unknown_what", "camera", "notice"),
    },
}


CARD_STAYS = Paper("slip.take_card", "slip.take_card_what", "alert", "notice")


class SlipNotice(Panel):
    """`of` says whose slip it is: that of a turn or that of an order.

    A `brief` one says only what to do. With `take_card` a card left in the terminal comes first.
    """

    of = OptionProperty("order", options=list(PAPERS))
    brief = BooleanProperty(False)
    print_state = ObjectProperty(PrintState.PRINTING)
    take_card = BooleanProperty(False)

    @staticmethod
    def paper(of: str, print_state: PrintState, take_card: bool = False) -> Paper:
        """What is said about this slip."""
        return CARD_STAYS if take_card else PAPERS[of][print_state]

"""What became of the slip of paper, and what to do about it."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ObjectProperty, OptionProperty, StringProperty

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
PAPERS["claim"] = PAPERS["order"] | {
    PrintState.PRINTED: Paper("slip.printed", "slip.printed_code", "check_circle", "good"),
    PrintState.NOT_PRINTED: Paper("slip.note_code", "slip.not_printed_code", "camera", "notice"),
    PrintState.UNKNOWN: Paper("slip.note_code", "slip.unknown_code", "camera", "notice"),
}
# Beside a certificate that is ready its slip is easily taken for it.
PAPERS["certificate"] = PAPERS["order"] | {
    PrintState.PRINTED: Paper("slip.not_certificate", "slip.only_number", "ticket", "notice"),
}


CARD_STAYS = Paper("slip.take_card", "slip.take_card_what", "alert", "notice")


class SlipNotice(Panel):
    """`of` says whose slip it is: of a turn, of an order, of a claim, or of one whose certificate
    is ready.

    Where words need the room it says only what to do. With `take_card` a card left in the terminal
    comes first; `change` says that there is change to take too, above all the rest.
    """

    of = OptionProperty("order", options=list(PAPERS))
    print_state = ObjectProperty(PrintState.PRINTING)
    take_card = BooleanProperty(False)
    change = StringProperty()

    @staticmethod
    def paper(of: str, print_state: PrintState, take_card: bool = False) -> Paper:
        """What is said about this slip."""
        return CARD_STAYS if take_card else PAPERS[of][print_state]

    @staticmethod
    def told(of: str, print_state: PrintState, take_card: bool = False) -> tuple[str, str]:
        """The keys of what is said aloud in place of either sentence, "" for the sentence itself.

        Who cannot see the slot is told where it is, and who cannot write, what to do instead.
        """
        if take_card:
            return "", ""
        match print_state:
            case PrintState.PRINTING:
                return "", "speech.place_paper"
            case PrintState.PRINTED:
                keep = "speech.keep_paper"
                if of == "certificate":
                    keep += " speech.found_by_document"
                return f"{PAPERS[of][print_state].say} speech.place_paper", keep
            case PrintState.NOT_PRINTED | PrintState.UNKNOWN:
                return "speech.note_it", ""

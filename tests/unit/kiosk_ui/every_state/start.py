"""Of the first screen, the reader, and a turn."""

from dataclasses import replace

from kiosk.flow.facts import (
    NoTurn,
    PrintState,
    ReadProblem,
    Wait,
)
from kiosk.flow.pairing import Pairing
from kiosk.flow.states import (
    At,
    ChooseService,
    NotPaired,
    OutOfService,
    ReadDocument,
    TakingTurn,
    TicketReady,
    Welcome,
)
from kiosk.flow.world import Obstacle
from tests.unit.kiosk_ui.every_state.facts import (
    PERSON,
    REFUSED,
    SERVICES,
    TICKET,
)


def start_and_turn() -> dict[str, At]:
    """Of the first screen, the reader, and a turn."""
    return {
        **{f"out_of_service-{why}": OutOfService(why) for why in Obstacle},
        "not_paired": NotPaired(Pairing("40718265", 1)),
        "not_paired-looking": NotPaired(Pairing("40718265", 0)),
        "not_paired-wait": NotPaired(Pairing("", 0)),
        "welcome": Welcome(),
        "read_document": ReadDocument(PERSON),
        "read_document-asked": ReadDocument(PERSON, then=SERVICES[0]),
        **{
            f"read_document-{problem}-{attempts}": ReadDocument(PERSON, problem, attempts)
            for problem in ReadProblem
            for attempts in (1, 2)
        },
        "choose_service": ChooseService(PERSON, SERVICES),
        "choose_service-refused": ChooseService(PERSON, SERVICES, REFUSED, no_turn=NoTurn.OTHER),
        **{f"choose_service-{why}": ChooseService(PERSON, SERVICES, no_turn=why) for why in NoTurn},
        "choose_service-unread": ChooseService(replace(PERSON, document=None), SERVICES[:1]),
        "choose_service-few": ChooseService(PERSON, SERVICES[:1]),
        "choose_service-many": ChooseService(PERSON, SERVICES + SERVICES),
        "taking_turn": TakingTurn(PERSON, SERVICES[2]),
        **{f"ticket_ready-{paper}": TicketReady(PERSON, TICKET, paper) for paper in PrintState},
        "ticket_ready-next": TicketReady(
            PERSON, replace(TICKET, ahead=0, number="PRE-1042", wait=None), PrintState.PRINTED
        ),
        "ticket_ready-soon": TicketReady(
            PERSON, replace(TICKET, ahead=1, wait=Wait(0, 4)), PrintState.PRINTED
        ),
        "ticket_ready-long": TicketReady(
            PERSON, replace(TICKET, wait=Wait(130, 180)), PrintState.PRINTED
        ),
        "ticket_ready-no_estimate": TicketReady(
            PERSON, replace(TICKET, wait=None), PrintState.PRINTED
        ),
    }

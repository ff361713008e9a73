"""Which screen shows which state of the flow."""

from kiosk.flow import states
from kiosk.screens.choose_service import ChooseServiceScreen
from kiosk.screens.out_of_service import OutOfServiceScreen
from kiosk.screens.read_document import ReadDocumentScreen
from kiosk.screens.taking_turn import TakingTurnScreen
from kiosk.screens.ticket_ready import TicketReadyScreen
from kiosk.screens.welcome import WelcomeScreen
from kiosk.widgets.page import Page

SCREENS: dict[type[states.At], type[Page]] = {
    states.OutOfService: OutOfServiceScreen,
    states.Welcome: WelcomeScreen,
    states.ReadDocument: ReadDocumentScreen,
    states.ChooseService: ChooseServiceScreen,
    states.TakingTurn: TakingTurnScreen,
    states.TicketReady: TicketReadyScreen,
}

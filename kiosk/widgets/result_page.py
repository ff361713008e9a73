"""How an application ended, as far as it did: what it is called, its number, its slip."""

from kivy.properties import BooleanProperty, ColorProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.facts import PrintState
from kiosk.flow.states import State, WithReceipt
from kiosk.flow.touches import Complain, Finish
from kiosk.flow.world import card_stays
from kiosk.order import Means
from kiosk.theme import DAY
from kiosk.widgets.mask import masked_email
from kiosk.widgets.page import Page


class ResultHead(BoxLayout):
    """What became of it in heavy type under a picture, and a sentence.

    Where words need the room, picture and sentence give way.
    """

    picture = StringProperty()
    colour = ColorProperty(DAY.accent)
    title = StringProperty()
    lead = StringProperty()


class ResultPage(Page):
    """Leaving waits until the printer has said what became of the slip.

    `email` is masked, and empty when none was given. `take_card`: it is still in the terminal.
    """

    number = StringProperty()
    email = StringProperty()
    print_state = ObjectProperty(PrintState.PRINTING)
    printing = BooleanProperty(True)
    take_card = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show the number, and the fate of its slip."""
        super().render(state)
        at = state.at
        assert isinstance(at, WithReceipt)
        self.number = at.order.number
        self.email = masked_email(at.order.email) if at.order.email else ""
        self.print_state = at.print_state
        self.printing = at.print_state is PrintState.PRINTING
        self.take_card = at.order.means is Means.CARD and card_stays(state.world)

    def complain(self) -> None:
        """Where is the complaint book?"""
        self.emit(Complain())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

"""How an application ended, as far as it did: what it is called, its number, its slip."""

from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout

from kiosk.flow.facts import PrintState
from kiosk.flow.states import State, WithReceipt
from kiosk.flow.touches import Complain, Finish
from kiosk.flow.world import card_stays
from kiosk.order import Means
from kiosk.theme import DAY
from kiosk.widgets.change import change_to_take
from kiosk.widgets.mask import masked_email
from kiosk.widgets.page import Page


class ResultHead(BoxLayout):
    """What became of it in heavy type under a picture, and a sentence.

    Where words need the room the picture goes; `lead_gives_way` says when the sentence does.
    """

    picture = StringProperty()
    colour = ColorProperty(DAY.accent)
    title = StringProperty()
    lead = StringProperty()
    lead_gives_way = NumericProperty(2)


class ResultPage(Page):
    """Leaving waits until the printer has said what became of the slip.

    `email` is masked, and empty when none was given. `take_card`: it is still in the terminal.
    `change`: that there is change to take, empty where none came out.
    """

    number = StringProperty()
    email = StringProperty()
    print_state = ObjectProperty(PrintState.PRINTING)
    printing = BooleanProperty(True)
    take_card = BooleanProperty(False)
    change = StringProperty()

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
        self.change = change_to_take(self.loc, at.order)

    def complain(self) -> None:
        """Where is the complaint book?"""
        self.emit(Complain())

    def finish(self) -> None:
        """The person goes."""
        self.emit(Finish())

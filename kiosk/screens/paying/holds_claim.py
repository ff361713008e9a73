"""Not all of the cash could be given back: how much is owed, and the code that collects it."""

from typing import Any

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.flow.states import HoldsClaim, State
from kiosk.flow.touches import TakeTurn
from kiosk.flow.world import gives_turns
from kiosk.widgets.money import soles
from kiosk.widgets.number_panel import NumberPanel
from kiosk.widgets.offered import Offered
from kiosk.widgets.result_page import ResultPage


class HoldsClaimScreen(ResultPage):
    """The codes stand here too: the slip may not have come out.

    `codes`: each with its amount, which is written above it where there are several; only the
    amount where the screen has to be `brief`.
    `wants_turn`: they go on to a turn; else `turns` says whether one can be taken from here.
    """

    owed = StringProperty()
    codes = ListProperty()
    brief = BooleanProperty(False)
    wants_turn = BooleanProperty(False)
    turns = BooleanProperty(True)

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._turn = Offered(self.ids.take_turn)

    def render(self, state: State) -> None:
        """Show the whole amount and every code."""
        super().render(state)
        assert isinstance(state.at, HoldsClaim)
        claims = state.at.order.owed
        amount = soles(sum(each.amount_centimos for each in claims))
        self.owed = self.loc._("holds_claim.owed").format(amount=amount)
        self.codes = [(each.code, soles(each.amount_centimos)) for each in claims]
        self.wants_turn = state.at.wants_turn
        self.turns = gives_turns(state.world)
        self._turn.offer(offered=not (self.wants_turn or self.printing))

    def on_codes(self, _page: object, codes: list[tuple[str, str]]) -> None:
        """A panel for each."""
        self.ids.codes.clear_widgets()
        caption, several = self.loc._("holds_claim.code"), len(codes) > 1
        for code, amount in codes:
            over = amount if self.brief else f"{caption}: {amount}"
            panel = NumberPanel(caption=over if several else caption, number=code)
            panel.one_of_several = several
            self.ids.codes.add_widget(panel)

    def take_turn(self) -> None:
        """To whoever gives the money."""
        self.emit(TakeTurn())

"""Notes and coins are let in: what is missing, what is inside, and how to stop."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.states import PayingByCash, State
from kiosk.flow.touches import Cancel
from kiosk.widgets.money import soles, whole_soles
from kiosk.widgets.page import Page


class PayingByCashScreen(Page):
    """Stopping gives back what is inside; while that is under way nothing can be touched."""

    missing = StringProperty()
    inserted = StringProperty()
    wanted = StringProperty()
    stopping = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show how much is missing and how much is inside."""
        super().render(state)
        at = state.at
        assert isinstance(at, PayingByCash)
        self.missing = soles(at.missing_centimos)
        inside = soles(at.inserted_centimos)
        self.inserted = self.loc._("paying_by_cash.inside").format(amount=inside)
        self.wanted = self._let_in(at.wanted)
        self.stopping = at.stopping

    def _let_in(self, wanted: tuple[int, ...]) -> str:
        """What is taken now, the smallest and the largest: a list of eleven nobody reads."""
        if not wanted:
            return ""
        least, most = whole_soles(min(wanted)), whole_soles(max(wanted))
        return self.loc._("paying_by_cash.wanted").format(least=least, most=most)

    def cancel(self) -> None:
        """Let nothing more in, and have it all back."""
        self.emit(Cancel())

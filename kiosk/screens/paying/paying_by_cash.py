"""Notes and coins are let in: what is missing, what was taken, how to stop; then what goes back."""

from collections import Counter

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.paying.ways import ending
from kiosk.flow.states import PayingByCash, State
from kiosk.flow.touches import Cancel
from kiosk.widgets.money import soles, whole_soles
from kiosk.widgets.page import Page


def _amount(at: PayingByCash) -> int:
    """Céntimos: what goes back, or what is still missing."""
    if at.counted:
        return at.counted.back_centimos
    return at.inserted_centimos if at.stopping else at.missing_centimos


class PayingByCashScreen(Page):
    """Stopping gives back what is inside; while that is under way nothing can be touched."""

    title = StringProperty()
    caption = StringProperty()
    amount = StringProperty()
    inserted = StringProperty()
    taken = StringProperty()
    wanted = StringProperty()
    stopping = BooleanProperty(False)

    def render(self, state: State) -> None:
        """Show how much is missing and what is inside; at the end what goes back."""
        super().render(state)
        at = state.at
        assert isinstance(at, PayingByCash)
        self.title, self.caption = self._stage(at)
        self.amount = soles(_amount(at))
        inside = soles(at.inserted_centimos)
        back = at.stopping and not (at.counted and at.counted.paid)
        self.inserted = "" if back else self.loc._("paying_by_cash.inside").format(amount=inside)
        self.taken = self._pieces(at.pieces)
        self.wanted = self._let_in(at.wanted)
        self.stopping = ending(at)

    def _stage(self, at: PayingByCash) -> tuple[str, str]:
        """What the screen is about now, and what its amount is."""
        if at.counted and at.counted.paid:
            return self.loc._("paying_by_cash.paid"), self.loc._("paying_by_cash.change_due")
        if at.counted or at.stopping:
            return self.loc._("paying_by_cash.stopping"), self.loc._("paying_by_cash.goes_back")
        return self.loc._("paying_by_cash.title"), self.loc._("paying_by_cash.missing")

    def _pieces(self, pieces: tuple[int, ...]) -> str:
        """Which notes and coins were taken, the largest first."""
        kinds = sorted(Counter(pieces).items(), reverse=True)
        each = self.loc._("paying_by_cash.piece")
        told = [each.format(count=count, value=whole_soles(value)) for value, count in kinds]
        return self.loc._("paying_by_cash.taken").format(pieces=", ".join(told)) if told else ""

    def _let_in(self, wanted: tuple[int, ...]) -> str:
        """What is taken now, the smallest and the largest: a list of eleven nobody reads."""
        if not wanted:
            return ""
        least, most = whole_soles(min(wanted)), whole_soles(max(wanted))
        return self.loc._("paying_by_cash.wanted").format(least=least, most=most)

    def cancel(self) -> None:
        """Let nothing more in, and have it all back."""
        self.emit(Cancel())

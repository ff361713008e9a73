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


def _way_out(at: PayingByCash) -> str:
    """What leaving is called: other ways to pay, or money back; nothing is called off twice."""
    if ending(at):
        return "common.cancel"
    return "paying_by_cash.stop" if at.inserted_centimos else "payment_waits.other_way"


def _wait(at: PayingByCash) -> str:
    """What there is to wait for."""
    if not at.counted or not at.counted.paid:
        return "paying_by_cash.wait"
    return "paying_by_cash.wait_change" if at.counted.back_centimos else "paying_by_wallet.wait"


class PayingByCashScreen(Page):
    """Stopping gives back what is inside; while that is under way nothing can be touched.

    `wait`: what for, while it ends; `heard_wait`: the keys of what is said aloud in its place.
    `comes_out`: money does, into the tray. `way_out`: the key of what leaving is called.
    """

    title = StringProperty()
    caption = StringProperty()
    amount = StringProperty()
    inserted = StringProperty()
    taken = StringProperty()
    wanted = StringProperty()
    stopping = BooleanProperty(False)
    comes_out = BooleanProperty(False)
    wait = StringProperty()
    heard_wait = StringProperty()
    way_out = StringProperty("common.cancel")

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
        self.comes_out = self.stopping and _amount(at) > 0
        wait = _wait(at)
        self.wait = self.loc._(wait)
        self.heard_wait = f"{wait} speech.place_cash" if self.comes_out else ""
        self.way_out = _way_out(at)

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

"""Paid at the bank: of which day is its paper?"""

from datetime import date, timedelta

from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel, GaveDay, OtherDay
from kiosk.widgets.page import Page


class GiveDayScreen(Page):
    """Today, yesterday, or a day to be typed."""

    _today: date | None = None

    def render(self, state: State) -> None:
        """Know which day it is at the site; a host may count another one."""
        super().render(state)
        self._today = state.world.today

    def choose(self, before: int) -> None:
        """So many days ago; while nobody said which day it is, the day is typed."""
        if self._today is None:
            self.other()
        else:
            self.emit(GaveDay(self._today - timedelta(days=before)))

    def other(self) -> None:
        """It was earlier."""
        self.emit(OtherDay())

    def back(self) -> None:
        """To the sequence number."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""Paid at the bank: of which day is its paper?"""

from datetime import date, timedelta

from kiosk.flow.touches import Back, Cancel, GaveDay, OtherDay
from kiosk.widgets.page import Page


class GiveDayScreen(Page):
    """Today, yesterday, or a day to be typed."""

    def choose(self, before: int) -> None:
        """So many days ago, by the kiosk's clock: it shows the site's own day."""
        self.emit(GaveDay(date.today() - timedelta(days=before)))  # noqa: DTZ011

    def other(self) -> None:
        """It was earlier."""
        self.emit(OtherDay())

    def back(self) -> None:
        """To the sequence number."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

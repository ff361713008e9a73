"""May you be attended first? Offered by the law; nothing is to be proved."""

from kiosk.flow.touches import Back, Cancel, Prefer
from kiosk.widgets.page import Page


class OfferPreferenceScreen(Page):
    """Yes or no, and the turn is taken."""

    def yes(self) -> None:
        """First, please."""
        self.emit(Prefer(yes=True))

    def no(self) -> None:
        """Like everybody."""
        self.emit(Prefer(yes=False))

    def back(self) -> None:
        """To the services."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

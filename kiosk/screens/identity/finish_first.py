"""Another document was shown while somebody is still being attended: not now."""

from kiosk.flow.touches import Cancel, GoOn
from kiosk.widgets.page import Page


class FinishFirstScreen(Page):
    """Nothing of the person who is being attended is said here."""

    def go_on(self) -> None:
        """Back to what was begun."""
        self.emit(GoOn())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

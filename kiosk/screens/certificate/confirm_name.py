"""Is this you? The masked name, large, and the fee."""

from kivy.properties import StringProperty

from kiosk.flow.states import ConfirmName, State
from kiosk.flow.touches import Back, Cancel, Confirm, NotMe
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


class ConfirmNameScreen(Page):
    """Whose document it is not is told what to do: their own document, or a window."""

    who = StringProperty()
    fee = StringProperty()

    def render(self, state: State) -> None:
        """Show whose certificate it would be."""
        super().render(state)
        at = state.at
        assert isinstance(at, ConfirmName)
        self.who = at.offer.masked_name
        self.fee = self.loc._("confirm_name.fee").format(fee=soles(at.offer.fee_centimos))

    def confirm(self) -> None:
        """Yes."""
        self.emit(Confirm())

    def not_me(self) -> None:
        """No: the document is somebody else's."""
        self.emit(NotMe())

    def back(self) -> None:
        """To the terms."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave."""
        self.emit(Cancel())

"""Is this you? The masked name, large, and the fee."""

from kivy.properties import StringProperty

from kiosk.flow.states import ConfirmName, State
from kiosk.flow.touches import Cancel, Confirm
from kiosk.widgets.money import soles
from kiosk.widgets.page import Page


class ConfirmNameScreen(Page):
    """A wrong name ends the session: the next document may be the right one."""

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

    def cancel(self) -> None:
        """No."""
        self.emit(Cancel())

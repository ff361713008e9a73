"""Issued: the same words for everybody, and never anything of what the certificate says."""

from typing import Any

from kivy.properties import StringProperty

from kiosk.flow.follow.correction import may_correct
from kiosk.flow.states import CertificateReady, State
from kiosk.flow.touches import CorrectEmail
from kiosk.widgets.mask import masked_email
from kiosk.widgets.offered import Offered
from kiosk.widgets.result_page import ResultPage


class CertificateReadyScreen(ResultPage):
    """`link` is empty where phones cannot reach the site's server.

    `email` is whole: whoever typed it a moment ago has to see a slip of their own. `masked` takes
    its place where it is very long and letters are large.
    """

    link = StringProperty()
    masked = StringProperty()

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self._correct = Offered(self.ids.correct_email)

    def render(self, state: State) -> None:
        """Show the code of the private download, where there is one, and where it was sent."""
        super().render(state)
        at = state.at
        assert isinstance(at, CertificateReady)
        self.link, self.email = at.link or "", at.order.email or ""
        self.masked = masked_email(self.email)
        self._correct.offer(offered=may_correct(state.world, at))

    def correct_email(self) -> None:
        """The address is wrong."""
        self.emit(CorrectEmail())

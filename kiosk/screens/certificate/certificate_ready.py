"""Issued: the same words for everybody, and never anything of what the certificate says."""

from kivy.properties import StringProperty

from kiosk.flow.states import CertificateReady, State
from kiosk.widgets.result_page import ResultPage


class CertificateReadyScreen(ResultPage):
    """`link` is empty where phones cannot reach the site's server."""

    link = StringProperty()

    def render(self, state: State) -> None:
        """Show the code of the private download, where there is one."""
        super().render(state)
        assert isinstance(state.at, CertificateReady)
        self.link = state.at.link or ""

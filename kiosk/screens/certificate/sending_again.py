"""The certificate in force is sent once more; nothing to do but wait."""

from kiosk.widgets.waiting_page import WaitingPage


class SendingAgainScreen(WaitingPage):
    """Nothing is charged here."""

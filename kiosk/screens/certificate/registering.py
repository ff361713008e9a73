"""The server takes the order; nothing has been charged yet."""

from kiosk.widgets.waiting_page import WaitingPage


class RegisteringScreen(WaitingPage):
    """Short: the order is written down before the first céntimo moves."""

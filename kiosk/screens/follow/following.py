"""The server is asked where it stands; nothing to do but wait."""

from kiosk.widgets.waiting_page import WaitingPage


class FollowingScreen(WaitingPage):
    """It takes a moment."""

"""The centre is asked whether the bank's payment pays."""

from kiosk.widgets.waiting_page import WaitingPage


class CheckingVoucherScreen(WaitingPage):
    """Short; whatever is not known by then is kept and followed."""

"""The bank's payment does not show yet."""

from kiosk.widgets.result_page import ResultPage


class PaymentWaitsScreen(ResultPage):
    """Kept and followed: not to pay again, the number, and who tells what becomes of it."""

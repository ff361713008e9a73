"""The terminal's answer was lost"""

from kiosk.widgets.result_page import ResultPage


class PaymentUnknownScreen(ResultPage):
    """not to pay again, the number, and where to ask.:Never an invitation to pay again."""

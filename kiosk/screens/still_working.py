"""Paid and accepted, but it takes longer than a person should stand here."""

from kiosk.widgets.result_page import ResultPage


class StillWorkingScreen(ResultPage):
    """The certificate follows by e-mail, or is collected with the number."""

"""Figures for the end of a document's number, and the way to letters."""

from kiosk.widgets.digit_pad import DIGITS
from kiosk.widgets.keyboard import Keys

LETTERS = "ABC"
"""What is dispatched when the number has letters too."""


class EndingPad(Keys):
    """As `DigitPad`, with a key for whoever has letters in their number."""

    def _lay_out(self) -> None:
        for row in DIGITS:
            self._add_row([self._key(each) for each in row])
        self._add_row([self._key(LETTERS), self._key("0"), self._backspace(1.0)])

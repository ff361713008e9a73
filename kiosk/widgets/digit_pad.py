"""Large keys for figures, as on a telephone, and for the one character beside a DNI number."""

from kiosk.widgets.keyboard import Keys

DIGITS = ("123", "456", "789")
CHECKS = ("01234", "56789", "ABCDEF", "GHIJK")


class DigitPad(Keys):
    """Three keys a row; the nought is twice as wide."""

    def _lay_out(self) -> None:
        for row in DIGITS:
            self._add_row([self._key(each) for each in row])
        self._add_row([self._key("0", width=2.0), self._backspace(1.0)])


class CheckPad(Keys):
    """Every character that can stand beside the number of a DNI; one touch is the answer."""

    def _lay_out(self) -> None:
        for row in CHECKS:
            self._add_row([self._key(each) for each in row])

"""What the bank's paper looks like, and where on it the number and the day stand."""

from kivy.properties import OptionProperty
from kivy.uix.widget import Widget


class VoucherPicture(Widget):
    """A paper whose `row` is marked; no words, so that it serves every language."""

    row = OptionProperty("sequence", options=["sequence", "day"])

"""One kind of document to choose: its picture over its name."""

from kivy.properties import NumericProperty, ObjectProperty, StringProperty

from kiosk.theme import DAY, Theme
from kiosk.widgets.control import Control

MOST_MM, LEAST_MM = 30, 13
TWO_LINES = 2.65
"""The height of two lines of words, in sizes of their type."""


class DocumentTile(Control):
    """As tall as its row; touching it chooses the kind. Where words need room they win.

    `side` is how large the picture is: 0 where there is no room for it.
    """

    picture = StringProperty()
    side = NumericProperty(0)
    coat = ObjectProperty(DAY.secondary, rebind=True)

    @staticmethod
    def picture_of(room: float, theme: Theme) -> float:
        """The side of the picture where picture and words have `room`: the same on every tile."""
        left = min(theme.px(MOST_MM), room - TWO_LINES * theme.lead)
        return left if left >= theme.px(LEAST_MM) else 0

"""What has been typed so far, large, with a caret where the next letter goes."""

from kivy.core.text import Label as Ruler
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout

from kiosk.theme import Theme
from kiosk.widgets.address import ROOM

LINES = 2


class TypedLine(RelativeLayout):
    """One line in the largest type that holds it; at the least size two lines, then their end.

    `hint` is shown while nothing was typed.
    """

    typed = StringProperty()
    hint = StringProperty()
    wrong = BooleanProperty(False)

    @staticmethod
    def type_size(typed: str, width: float, theme: Theme) -> int:
        """The largest size of type in which `typed` is one line; the least if there is none."""
        for size in (theme.title, theme.lead, theme.body):
            ruler = Ruler(font_name=theme.font, font_size=size)
            if ruler.get_extents(typed)[0] <= ROOM * (width - 2 * theme.pad):
                return size
        return least(theme)

    @staticmethod
    def tall(theme: Theme) -> int:
        """Room for any size, so that nothing moves while somebody types."""
        return round(max(theme.title, LINES * least(theme)) * 1.25 + theme.pad * 1.1)


def least(theme: Theme) -> int:
    """The size of two lines of type."""
    return theme.small if theme.crowded else theme.body

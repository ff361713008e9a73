"""The button: a verb, perhaps a picture, and the reason when it cannot be touched now."""

from kivy.properties import (
    BooleanProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class VerbButton(Control):
    """`variant` primary is the one thing most people do here; secondary is everything else.

    `big` is for the one touch that starts everything.
    `least`: the height its words need, whatever its row gives it.
    """

    variant = OptionProperty("primary", options=["primary", "secondary"])
    coat = ObjectProperty(DAY.primary, rebind=True)
    big = BooleanProperty(False)
    least = NumericProperty(0)
    before = StringProperty()
    after = StringProperty()

    @staticmethod
    def room_for(here: bool, there: bool, ems: float) -> int:
        """1 when this side shows a picture or balances the other side's; `ems` is the width.

        The verb comes first: on a narrow button the pictures give way.
        """
        return int((here and ems > 8) or (there and ems > 12))

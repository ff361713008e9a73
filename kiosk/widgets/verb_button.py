"""The button: a verb, perhaps a picture, and the reason when it cannot be touched now."""

from kivy.clock import Clock
from kivy.properties import (
    BooleanProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout

from kiosk.theme import DAY
from kiosk.widgets.control import Control


class VerbButton(Control):
    """`variant` primary is the one thing most people do here; secondary is everything else.

    `big` is for the one touch that starts everything.
    `least`: the height its words need, whatever its row gives it. `level`: what the tallest of
    those beside it needs.
    """

    variant = OptionProperty("primary", options=["primary", "secondary"])
    coat = ObjectProperty(DAY.primary, rebind=True)
    big = BooleanProperty(False)
    least = NumericProperty(0)
    level = NumericProperty(0)
    before = StringProperty()
    after = StringProperty()

    def __init__(self, **properties: object) -> None:
        self._row: BoxLayout | None = None
        self._even = Clock.create_trigger(self._level_row, -1)
        super().__init__(**properties)
        for name in ("least", "parent", "opacity"):
            self.fbind(name, self._even)

    def _level_row(self, _dt: float) -> None:
        """Those side by side are as tall as the tallest of them; whoever left one is alone."""
        before, self._row = self._row, _row_of(self)
        if before is not None and before is not self._row:
            _level(before)
        if self._row is None:
            self.level = 0
        else:
            _level(self._row)

    @staticmethod
    def room_for(here: bool, there: bool, ems: float) -> int:
        """1 when this side shows a picture or balances the other side's; `ems` is the width.

        The verb comes first: on a narrow button the pictures give way.
        """
        return int((here and ems > 8) or (there and ems > 12))


def _row_of(button: VerbButton) -> BoxLayout | None:
    """The row in which others stand beside it."""
    row = button.parent
    return row if isinstance(row, BoxLayout) and row.orientation == "horizontal" else None


def _level(row: BoxLayout) -> None:
    beside = [each for each in row.children if isinstance(each, VerbButton)]
    tallest = max((each.least for each in beside if each.opacity), default=0)
    for each in beside:
        each.level = tallest

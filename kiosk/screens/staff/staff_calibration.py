"""Marks are pressed one after another, to find out how the panel's touches are off."""

from typing import Any, Literal

from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.flow.staff.events import Press, PressedMarks
from kiosk.flow.staff.states import StaffCalibration
from kiosk.flow.states import State
from kiosk.flow.touches import Back, Cancel
from kiosk.widgets.page import Page

MARKS: tuple[Press, ...] = ((0.1, 0.08), (0.9, 0.08), (0.9, 0.92), (0.1, 0.92), (0.5, 0.55))
"""Where the marks stand on the field: from its left and from its top."""


class Mark(Widget):
    """A cross whose middle is to be pressed."""


class StaffCalibrationScreen(Page):
    """`reached`: how many marks were pressed. A press on a control is not one on a mark."""

    reached = NumericProperty(0)
    problem = StringProperty()

    def __init__(self, *words: Any, **properties: Any) -> None:
        self._marks: list[Press] = []
        self._felt: list[Press] = []
        super().__init__(*words, **properties)

    def render(self, state: State) -> None:
        """Say that the last round made no sense, if it made none."""
        super().render(state)
        assert isinstance(state.at, StaffCalibration)
        self.problem = self.loc._("staff.calibrate_again") if state.at.again else ""

    @staticmethod
    def mark_at(reached: float) -> Press:
        """The mark to press next."""
        return MARKS[min(int(reached), len(MARKS) - 1)]

    def on_touch_down(self, touch: Any) -> Literal[True] | None:
        """Keep where the mark stood and where the finger was felt; after the last, tell both."""
        if super().on_touch_down(touch):
            return True
        if touch.is_mouse_scrolling or int(self.reached) >= len(MARKS):
            return None
        mark = self.ids.mark
        x, y = mark.to_window(mark.center_x, mark.center_y)
        window = self.get_root_window()
        assert window is not None
        self._marks.append((x / window.width, 1 - y / window.height))
        self._felt.append((touch.sx, 1 - touch.sy))
        self.reached += 1
        if int(self.reached) == len(MARKS):
            self.emit(PressedMarks(tuple(self._marks), tuple(self._felt)))
        return True

    def back(self) -> None:
        """To the menu."""
        self.emit(Back())

    def cancel(self) -> None:
        """Leave the menu."""
        self.emit(Cancel())

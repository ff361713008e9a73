"""The institution's initials: held for some seconds they ask for the staff's own menu."""

from typing import Any, Literal
from uuid import uuid4

from kivy.clock import Clock

from kiosk.flow.staff.events import OpenStaff
from kiosk.widgets.page import Page
from kiosk.widgets.words import OneLine

HOLD_S = 3.0


class Initials(OneLine):
    """Nothing shows that they can be held, and they are no control: a person never meets them."""

    _held: Any = None

    def on_touch_down(self, touch: Any) -> bool:
        """Begin to count, for the finger that came down here."""
        if self.collide_point(*touch.pos) and not touch.is_mouse_scrolling:
            self._let_go()
            touch.ud[self] = True
            self._held = Clock.schedule_once(self._ask, HOLD_S)
        return super().on_touch_down(touch)

    def on_touch_move(self, touch: Any) -> Literal[True] | None:
        """A finger that wanders off does not hold."""
        if self in touch.ud and not self.collide_point(*touch.pos):
            self._let_go()
        return super().on_touch_move(touch)

    def on_touch_up(self, touch: Any) -> Literal[True] | None:
        """Too short."""
        if self in touch.ud:
            self._let_go()
        return super().on_touch_up(touch)

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.cancel()
            self._held = None

    def _ask(self, _dt: float) -> None:
        self._held = None
        page = next((each for each in self.walk_reverse() if isinstance(each, Page)), None)
        if page is not None:
            page.emit(OpenStaff(uuid4()))

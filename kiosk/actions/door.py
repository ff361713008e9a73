"""Shuts the kiosk for a moment, so that nobody begins a visit while it is worked on from afar."""

import time
from collections.abc import Callable

from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import OutOfService, State, Welcome
from kiosk.flow.world import Closure

SHUTS_WITHIN_S = 3.0
_LOOK_S = 0.02


class Door:
    """`closure`: what staff chose. `paying`: whether money is on its way, with or without a person.

    The flow has the last word: a person who was quicker is served first.
    """

    def __init__(
        self,
        state: Callable[[], State],
        post: Callable[[ClosureChanged], None],
        closure: Callable[[], Closure | None],
        paying: Callable[[], bool],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._state = state
        self._post = post
        self._closure = closure
        self._paying = paying
        self._monotonic = monotonic
        self._wait = wait

    def shut(self) -> bool:
        """Shut it; False, and open as before, where a person stands in front of it."""
        if not isinstance(self._state().at, Welcome | OutOfService) or self._paying():
            return False
        self._post(ClosureChanged(self._closure() or Closure.REPAIR))
        ends = self._monotonic() + SHUTS_WITHIN_S
        while not self._is_shut() and self._monotonic() < ends:
            self._wait(_LOOK_S)
        if self._is_shut() and not self._paying():
            return True
        self.open()
        return False

    def open(self) -> None:
        """As staff left it."""
        self._post(ClosureChanged(self._closure()))

    def _is_shut(self) -> bool:
        state = self._state()
        return isinstance(state.at, OutOfService) and state.world.closure is not None

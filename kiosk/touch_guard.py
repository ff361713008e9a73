"""What a finger meant: one answer to one question, and none to a screen nobody has seen yet."""

from collections.abc import Callable

SETTLE_S = 0.2
"""A touch so soon after the screen changed was meant for what stood there before."""


class TouchGuard:
    """Keeps the second tap of a double tap from answering the next question.

    `clock` gives seconds; `after_frame` does something once the frame under way has been drawn: the
    pause begins when the change can be seen, however long that took. What a device or the server
    tells is never held back, and makes nobody wait: only a page that changes under the finger does,
    and a state that a touch changed.
    """

    def __init__(
        self, clock: Callable[[], float], after_frame: Callable[[Callable[[], None]], object]
    ) -> None:
        self._clock = clock
        self._after_frame = after_frame
        self._settles_at = 0.0
        self._unseen = False
        self._answered = False

    @property
    def settling(self) -> bool:
        """Whether what is touched now was meant for what stood there before."""
        return self._unseen or self._clock() < self._settles_at

    def takes_answer(self) -> bool:
        """Whether an answer of the page counts: the first since the last `drained`."""
        first, self._answered = not self._answered, True
        return first

    def drained(self, *, changed: bool) -> bool:
        """Every answer has been given to the flow; returns whether it `changed` something."""
        if changed and self._answered:
            self.moved()
        self._answered = False
        return changed

    def moved(self) -> None:
        """Something else lies under the finger from now on."""
        self._unseen = True
        self._after_frame(self._seen)

    def looked_at(self) -> None:
        """The person has seen what is there: the next touch is meant for it."""
        self._unseen, self._settles_at = False, 0.0

    def _seen(self) -> None:
        if self._unseen:
            self._unseen, self._settles_at = False, self._clock() + SETTLE_S

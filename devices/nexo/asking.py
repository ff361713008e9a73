"""How often a terminal is asked about a transaction, and when its "not found" is believed."""

import time

RETRY_FIRST_S = 0.1
RETRY_LAST_S = 2.0


class Absence:
    """Hears "not found" until it has lasted: said twice, ``lasting_s`` seconds apart.

    A request whose connection broke may still be on its way in (a queue behind the terminal's
    front, a proxy that restarts): until it is there the terminal truthfully knows nothing of it.
    """

    def __init__(self, lasting_s: float) -> None:
        self._lasting_s = lasting_s
        self._since_s: float | None = None

    def lasts(self, asked_s: float) -> bool:
        """Take one more "not found", to a question asked at ``asked_s`` (monotonic seconds)."""
        if self._since_s is None:
            self._since_s = time.monotonic()
            return False
        return asked_s - self._since_s >= self._lasting_s

    def ended(self) -> None:
        """Anything else was heard: begin anew."""
        self._since_s = None


def pause(gap: float, until: float) -> float:
    """Wait ``gap`` seconds, at most to ``until``; returns the next gap, twice as long."""
    time.sleep(max(0.01, min(gap, until - time.monotonic())))
    return min(2 * gap, RETRY_LAST_S)

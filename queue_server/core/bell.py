"""A bell that calls one idle worker: not all of them for the work of one."""

import threading


class Bell:
    """`ring` lets one wait end: of who waits now, else the next one. Rings do not add up."""

    def __init__(self) -> None:
        self._rung = False
        self._condition = threading.Condition()

    def ring(self) -> None:
        """There is, or may be, something to do."""
        with self._condition:
            self._rung = True
            self._condition.notify()

    def wait(self, timeout_s: float) -> bool:
        """Until it rings, at most `timeout_s` seconds; True when it rang."""
        with self._condition:
            rang = self._condition.wait_for(lambda: self._rung, timeout_s)
            self._rung = False
            return rang

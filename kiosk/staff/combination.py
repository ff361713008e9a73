"""PURE: the keys by which staff reach their menu where the touch panel is broken.

Once round with the arrows, then left and right: six keys within 5 s, after 2 s without any. Whoever
presses keys at random never rests, so their keys never begin a combination; a key that is held
repeats itself, and no key of it does.
"""

from dataclasses import dataclass

KEYS = ("up", "right", "down", "left", "right", "left")
WITHIN_S = 5.0
REST_S = 2.0


@dataclass
class Combination:
    """What was pressed so far. `given`: how many of KEYS; None: nothing counts before a rest."""

    given: int | None = None
    began: float = 0.0
    last: float = float("-inf")

    def press(self, key: str, now: float) -> bool:
        """True when `key`, at `now` seconds of any steady clock, completes it."""
        if now - self.last >= REST_S:
            self.given, self.began = 0, now
        self.last = now
        if self.given is None or now - self.began > WITHIN_S or key != KEYS[self.given]:
            self.given = None
            return False
        self.given += 1
        complete = self.given == len(KEYS)
        if complete:
            self.given = None
        return complete

"""PURE: when to ask whether somebody is still there, and when to stop waiting."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class Stage(StrEnum):
    """How long the kiosk has been left alone."""

    ATTENDED = "attended"
    WARNING = "warning"
    EXPIRED = "expired"


@dataclass
class IdleWatch:
    """Two stages: `quiet` seconds of nothing, then a warning of `warning` seconds.

    The sum stays below 45 s: after that the session must be gone.
    """

    quiet: float = 20.0
    warning: float = 24.0
    last_sign: float = 0.0

    def sign_of_life(self, now: float) -> None:
        """A touch, a key, news of a device: counting starts again."""
        self.last_sign = now

    def stage(self, now: float) -> Stage:
        """The stage at `now`, on the same clock as the signs of life."""
        left_alone = now - self.last_sign
        if left_alone < self.quiet:
            return Stage.ATTENDED
        return Stage.WARNING if left_alone < self.quiet + self.warning else Stage.EXPIRED

    def seconds_left(self, now: float) -> int:
        """Whole seconds until the session ends, never below zero."""
        return max(0, ceil(self.last_sign + self.quiet + self.warning - now))

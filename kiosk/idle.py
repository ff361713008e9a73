"""PURE: when to ask whether somebody is still there, and when to stop waiting."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import get_args

from kiosk.flow.follow.states import FollowCode, FollowEnding, FollowNumber
from kiosk.flow.staff.states import Staff
from kiosk.flow.states import (
    At,
    GiveDay,
    GiveNumber,
    GiveSequence,
    HoldsClaim,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    PaymentWaits,
    ReadyToPay,
    Terms,
    TypeDay,
)

ORDINARY = 45.0
"""Seconds until the session must be gone."""

PATIENCE: dict[type[At], float] = {
    Terms: 120.0,
    ReadyToPay: 120.0,
    PayingByCash: 180.0,
    PayingByWallet: 180.0,
    PaymentUnknown: 180.0,
    HoldsClaim: 180.0,
    PaymentWaits: 120.0,
    GiveSequence: 120.0,
    GiveDay: 120.0,
    TypeDay: 120.0,
    **dict.fromkeys((FollowNumber, FollowEnding, FollowCode, GiveNumber), 120.0),
    **dict.fromkeys(get_args(Staff), 60.0),
}
"""The same for what takes long to read, to pay, or to write down."""


class Stage(StrEnum):
    """How long the kiosk has been left alone."""

    ATTENDED = "attended"
    WARNING = "warning"
    EXPIRED = "expired"


@dataclass
class IdleWatch:
    """Two stages: `quiet` seconds of nothing, then a warning of `warning` seconds.

    The sum stays below 45 s: after that the session must be gone. `more` is what the screen
    shown now grants on top, so that the sum stays below its PATIENCE.
    """

    quiet: float = 20.0
    warning: float = 24.0
    last_sign: float = 0.0
    more: float = 0.0

    def shows(self, at: type[At]) -> None:
        """Which screen is shown now."""
        self.more = max(0.0, PATIENCE.get(at, ORDINARY) - ORDINARY)

    def sign_of_life(self, now: float) -> None:
        """A touch, a key, news of a device: counting starts again."""
        self.last_sign = now

    def stage(self, now: float) -> Stage:
        """The stage at `now`, on the same clock as the signs of life."""
        left_alone = now - self.last_sign
        quiet = self.quiet + self.more
        if left_alone < quiet:
            return Stage.ATTENDED
        return Stage.WARNING if left_alone < quiet + self.warning else Stage.EXPIRED

    def seconds_left(self, now: float) -> int:
        """Whole seconds until the session ends, never below zero."""
        return max(0, ceil(self.last_sign + self.quiet + self.more + self.warning - now))

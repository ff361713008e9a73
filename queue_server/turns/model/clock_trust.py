"""PURE: when did somebody really arrive who took a number from a kiosk without its server."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Arrival:
    """The arrival the queue counts from. Not `trusted`: the kiosk's clock was too far off."""

    at: datetime
    trusted: bool


def arrival(
    claimed: datetime,
    kiosk_now: datetime,
    server_now: datetime,
    reserved_at: datetime,
    limit_s: float,
) -> Arrival:
    """Translate a kiosk's `claimed` arrival to the server's clock.

    `kiosk_now` and `server_now` are both clocks at the moment of the merge; their difference
    is taken off the claim when it is at most `limit_s` seconds. Beyond that the person counts
    from the merge, so a wrong clock can never put anybody in front. No arrival lies outside the
    life of its block: from `reserved_at` until now.
    """
    offset = server_now - kiosk_now
    trusted = abs(offset.total_seconds()) <= limit_s
    at = claimed + offset if trusted else server_now
    return Arrival(min(max(at, reserved_at), server_now), trusted)

"""A back-off for wrong passwords: per account and client address, in memory, bounded.

Whoever guesses from one address waits; the account's real owner signs in from another as ever.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from queue_server.core.problem import Problem

FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 900.0
FORGOTTEN_AFTER_S = 3600.0
MAX_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Tries:
    count: int
    last: float
    next: float


class GuessLimit:
    """Counts tries before they are checked, so that a hundred at once are a hundred tries."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str, str], _Tries] = OrderedDict()

    def begin(self, site: str, name: str, address: str) -> None:
        """Count one try. Raises Problem 429 with `retry_after_s` when it comes too soon."""
        now, key = self._clock(), (site, name, address)
        earlier = self._tries.get(key)
        if earlier is not None and now - earlier.last >= FORGOTTEN_AFTER_S:
            earlier = None
        if earlier is not None and now < earlier.next:
            raise _too_many(math.ceil(earlier.next - now))
        count = (earlier.count if earlier else 0) + 1
        self._tries[key] = _Tries(count, now, now + _wait_s(count))
        self._tries.move_to_end(key)
        if len(self._tries) > MAX_REMEMBERED:
            self._tries.popitem(last=False)

    def succeeded(self, site: str, name: str, address: str) -> None:
        """Forget the wrong tries: this one was right."""
        self._tries.pop((site, name, address), None)


def _wait_s(count: int) -> float:
    if count < FREE_TRIES:
        return 0.0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(count - FREE_TRIES, 10))


def _too_many(seconds: int) -> Problem:
    wait = f"{seconds} segundos" if seconds <= 60 else f"{math.ceil(seconds / 60)} minutos"
    detail = f"Demasiados intentos desde este equipo. Espere {wait} e inténtelo otra vez."
    return Problem(429, "too_many_tries", detail, retry_after_s=seconds)

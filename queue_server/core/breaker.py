"""PURE: a circuit breaker: when to stop asking who does not answer, and when to begin again.

    closed    ── calls failed in a row, or probes in a row ──▶ open
    open      ── a good probe, once the pause is over ───────▶ half-open
    half-open ── its one call succeeded, or probes stayed
                 good while nobody called ───────────────────▶ closed
    half-open ── its one call failed, or a probe ────────────▶ open (a failed call: longer pause)

Times are seconds on a monotonic clock and are passed in.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Circuit(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"  # all of them
    OPEN = "open"  # none
    HALF_OPEN = "half_open"  # one at a time


@dataclass(frozen=True)
class Rules:
    """When a breaker changes.

    `calls` that fail one after another, each within `within_s` of the one before, open it; so do
    `probes` without a good answer in a row. The first pause is `pause_s`; each call that fails
    half-open doubles it, up to `longest_pause_s`. Half-open and not called for `quiet_s`, good
    probes are enough to close it.
    """

    calls: int = 3
    within_s: float = 10.0
    probes: int = 2
    pause_s: float = 0.25
    longest_pause_s: float = 10.0
    quiet_s: float = 2.0


@dataclass(frozen=True)
class Breaker:
    """One breaker at one moment; every event gives the next.

    `period` counts the changes of state. Who is let through is told the number and brings it back
    with the result: what was begun in another period says nothing about this one.
    """

    rules: Rules = Rules()
    state: Circuit = Circuit.CLOSED
    period: int = 0
    since: float = 0.0
    failed: int = 0
    failed_at: float = 0.0
    missed: int = 0
    pause_s: float | None = None
    trying: bool = False

    @property
    def available(self) -> bool:
        """Whether a call made now would be let through."""
        return self.state is Circuit.CLOSED or (self.state is Circuit.HALF_OPEN and not self.trying)

    def admitted(self) -> "tuple[Breaker, int | None]":
        """A call wants through: the period it belongs to, or None when it may not."""
        if not self.available:
            return self, None
        return replace(self, trying=self.state is Circuit.HALF_OPEN), self.period

    def succeeded(self, period: int, now: float) -> "Breaker":
        """A call of `period` was answered."""
        if period != self.period:
            return self
        well = replace(self, failed=0, missed=0, pause_s=None, trying=False)
        return well._turned(Circuit.CLOSED, now) if self.state is Circuit.HALF_OPEN else well

    def failed_call(self, period: int, now: float) -> "Breaker":
        """A call of `period` found nobody, or nobody able to answer."""
        if period != self.period:
            return self
        if self.state is Circuit.HALF_OPEN:
            longer = min(2 * self._pause_s, self.rules.longest_pause_s)
            return replace(self, pause_s=longer)._turned(Circuit.OPEN, now)
        in_a_row = self.failed if now - self.failed_at <= self.rules.within_s else 0
        after = replace(self, failed=in_a_row + 1, failed_at=now)
        return after._turned(Circuit.OPEN, now) if after.failed >= self.rules.calls else after

    def given_up(self, period: int) -> "Breaker":
        """A call of `period` ended without saying anything about the other side."""
        return self if period != self.period else replace(self, trying=False)

    def probed(self, good: bool, now: float) -> "Breaker":
        """A probe came back."""
        return self._probed_well(now) if good else self._probed_badly(now)

    def _probed_well(self, now: float) -> "Breaker":
        well = replace(self, missed=0)
        passed_s = now - self.since
        match self.state:
            case Circuit.OPEN if passed_s >= self._pause_s:
                return well._turned(Circuit.HALF_OPEN, now)
            case Circuit.HALF_OPEN if not self.trying and passed_s >= self.rules.quiet_s:
                return well._turned(Circuit.CLOSED, now)
            case _:
                return well

    def _probed_badly(self, now: float) -> "Breaker":
        after = replace(self, missed=self.missed + 1)
        enough = 1 if self.state is Circuit.HALF_OPEN else self.rules.probes
        if self.state is Circuit.OPEN or after.missed < enough:
            return after
        return after._turned(Circuit.OPEN, now)

    def pause_left_s(self, now: float) -> float | None:
        """How long a good probe is of no use yet; None while calls go through, or probes fail."""
        if self.state is not Circuit.OPEN or self.missed:
            return None
        return max(0.0, self.since + self._pause_s - now)

    @property
    def _pause_s(self) -> float:
        return self.rules.pause_s if self.pause_s is None else self.pause_s

    def _turned(self, state: Circuit, now: float) -> "Breaker":
        """In `state` from `now` on, with nothing counted yet."""
        return replace(
            self, state=state, period=self.period + 1, since=now, failed=0, missed=0, trying=False
        )

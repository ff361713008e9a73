"""PURE: how long a service takes lately: a running mean and spread of its service times."""

import math
from dataclasses import dataclass
from statistics import NormalDist

_MEMORY = 60  # services: what is older fades out
_PRIOR = 8  # services the configured expectation is worth
_PRIOR_VARIATION = 0.45  # standard deviation ÷ mean before anything was measured
_OUTLIER = 3.0  # standard deviations
_SHORTEST_S = 1.0

_NORMAL = NormalDist()
_LOG_TAIL = 3.0  # beyond this many deviations of the logarithm, elapsed time tells nothing more


@dataclass(frozen=True)
class Pace:
    """Recent service times of one service: mean (s), variance (s²), how many were measured."""

    mean_s: float
    variance_s2: float
    samples: int

    def after(self, duration_s: float) -> "Pace":
        """The pace once a service of `duration_s` seconds has ended.

        A duration beyond three deviations counts as three, so that a forgotten "finish" moves
        the mean little, while a real change widens the spread and is followed in a few steps.
        """
        reach = _OUTLIER * math.sqrt(self.variance_s2)
        bounded = min(max(duration_s, self.mean_s - reach, _SHORTEST_S), self.mean_s + reach)
        share = 1.0 / min(self.samples + 1 + _PRIOR, _MEMORY)
        step = bounded - self.mean_s
        mean_s = self.mean_s + share * step
        variance_s2 = (1.0 - share) * (self.variance_s2 + share * step * step)
        return Pace(mean_s, variance_s2, self.samples + 1)

    def remaining_s(self, elapsed_s: float, level: float) -> float:
        """How much longer a service lasts that began `elapsed_s` ago: its `level` quantile, s.

        Service times are taken as lognormal (Brown et al., JASA 100, 2005, found so at counters
        and call centres alike); `level` lies between 0 and 1.
        """
        spread, centre = self._logarithm()
        if elapsed_s > 0.0:
            past = _NORMAL.cdf(min((math.log(elapsed_s) - centre) / spread, _LOG_TAIL))
            level = past + level * (1.0 - past)
        total_s = math.exp(centre + spread * _NORMAL.inv_cdf(level))
        return max(total_s - elapsed_s, 0.0)

    def _logarithm(self) -> tuple[float, float]:
        """Standard deviation and mean of the logarithm of the service time."""
        variance = math.log1p(self.variance_s2 / (self.mean_s * self.mean_s))
        spread = max(math.sqrt(variance), 0.05)
        return spread, math.log(self.mean_s) - spread * spread / 2.0


def starting(expected_minutes: float) -> Pace:
    """The pace of a service nobody has measured yet, from its configured expectation."""
    mean_s = max(expected_minutes * 60.0, _SHORTEST_S)
    return Pace(mean_s, (_PRIOR_VARIATION * mean_s) ** 2, 0)

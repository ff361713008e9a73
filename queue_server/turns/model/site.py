"""PURE: the rows of configuration of one site as the rules of the queue need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from queue_server.turns.model.hours import Closure, Opening
from queue_server.turns.model.rule import Rule
from queue_server.turns.model.service_words import ServiceWords


class Leftover(StrEnum):
    """What happens to those who still wait when the day is closed."""

    EXPIRE = "expire"
    CARRY = "carry"


class CounterState(StrEnum):
    """Whether a counter calls people now."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True)
class Service:
    """One service of a site. `kind`: `turn` or `certificate`. `needs`: what it is, what to bring.

    `opens`/`closes`: hours of the local day in which tickets are given out; None: all day.
    `daily_quota`: tickets a day, None: no limit. `expected_minutes`: until it is measured.
    `words`: language -> name and needs in it.
    """

    code: str
    name: str
    series: str
    kind: str = "turn"
    kiosk_visible: bool = True
    expected_minutes: int = 6
    opens: time | None = None
    closes: time | None = None
    daily_quota: int | None = None
    needs: str = ""
    words: Mapping[str, ServiceWords] = field(default_factory=dict[str, ServiceWords])


@dataclass(frozen=True)
class Counter:
    """Where staff serve. `weights`: service code -> 1..9, how much a minute of waiting counts."""

    code: str
    name: str
    weights: Mapping[str, int] = field(default_factory=dict[str, int])
    pools: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteRules:
    """Everything configured for a site, read at one `version` of its rows.

    `no_show_returns`: how often a ticket whose holder did not come returns to the line, each time
    due again after `no_show_delay_min`. `wait_alarm_min`: a longer wait alarms the supervisor.
    `operator_weights`: account -> service -> weight; 0 leaves the service to others.
    """

    code: str
    name: str
    zone: str
    version: int
    rule: Rule = field(default_factory=Rule)
    no_show_returns: int = 1
    no_show_delay_min: int = 5
    leftover: Leftover = Leftover.EXPIRE
    wait_alarm_min: int = 30
    clock_limit_s: int = 120
    complaints: str = ""
    services: Mapping[str, Service] = field(default_factory=dict[str, Service])
    counters: Mapping[str, Counter] = field(default_factory=dict[str, Counter])
    pools: Mapping[str, str] = field(default_factory=dict[str, str])
    operator_weights: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict[str, Mapping[str, int]]
    )
    openings: tuple[Opening, ...] = ()
    closures: tuple[Closure, ...] = ()

    def weights(self, counter: str, operator: str) -> Mapping[str, int]:
        """What `operator` serves at `counter`: service -> weight, above 0.

        The operator's own weight replaces the counter's; it never adds a service to the counter.
        """
        own = self.operator_weights.get(operator, {})
        weights = self.counters[counter].weights
        merged = {service: own.get(service, weight) for service, weight in weights.items()}
        return {service: weight for service, weight in merged.items() if weight > 0}

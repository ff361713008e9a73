"""PURE: the rules of alerts: what is looked for, how long it must last, who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """What a rule looks for. Each takes the parameters named behind it."""

    DEVICE_STATE = "device_state"  # states, kinds
    PART = "part"  # part, words
    KIOSK_OFFLINE = "kiosk_offline"
    NETWORK = "network"  # at_least, share: so many kiosks offline at once
    SUPPLY_BELOW = "supply_below"  # supply, percent
    SUPPLY_ABOVE = "supply_above"  # supply, percent
    BACKLOG = "backlog"  # seconds: the oldest unsent work of a kiosk, or errand of the site
    BACKEND_DOWN = "backend_down"
    CERTIFICATE = "certificate"  # days: the server's certificate ends within them
    AUDIT_ANCHOR = "audit_anchor"  # seconds: since the audit's head was last anchored outside
    AUDIT_BROKEN = "audit_broken"  # the walk over the audit chain found a fault
    DISK = "disk"  # percent: free on a kiosk
    CLOCK = "clock"  # seconds: a kiosk's clock is off by more
    CODE_TWICE = "code_twice"
    DISPLAY_GONE = "display_gone"


class Severity(StrEnum):
    """How soon somebody has to look."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Flapping:
    """`changes` within `within_s` seconds are one alert: it is unstable."""

    changes: int = 6
    within_s: float = 600.0


@dataclass(frozen=True)
class Rule:
    """One rule. It must hold `for_s` seconds before anybody is told, and not hold for `clear_s`
    before it is over. `roles`: who is told; `words`, `states`, `kinds`: what counts."""

    name: str
    condition: Condition
    severity: Severity
    title: str
    for_s: float = 0.0
    clear_s: float = 0.0
    roles: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    part: str = ""
    words: tuple[str, ...] = ()
    supply: str = ""
    percent: float = 0.0
    seconds: float = 0.0
    days: float = 0.0
    at_least: int = 0
    share: float = 0.0


@dataclass(frozen=True)
class Route:
    """Where word for a role goes. `key_file`: what signs the webhook's body."""

    emails: tuple[str, ...] = ()
    webhook: str = ""
    key_file: str = ""


@dataclass(frozen=True)
class RuleBook:
    """All rules, by name, and where word of them goes, by role."""

    rules: tuple[Rule, ...]
    flapping: Flapping
    routes: Mapping[str, Route]

    def rule(self, name: str) -> Rule | None:
        """The rule `name`; None when the book has it no more."""
        return next((each for each in self.rules if each.name == name), None)

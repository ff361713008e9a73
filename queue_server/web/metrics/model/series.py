"""PURE: every series of `/metrics`, and a scrape being put together.

Names follow Prometheus' practice: base units, `_total` for counters. Each series has the label
`site` besides those named here. A label holds words of the configuration or of a closed set, never
what a person, a ticket, an application or a claim could be told by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from devices.status import DeviceState

PREFIX = "ventanilla_"


class Kind(StrEnum):
    """What the numbers of a series are."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


Fold = Callable[[float, float], float]


@dataclass(frozen=True)
class Series:
    """One series. `fold`: what becomes of two values that fall under one set of labels, because a
    bound folded what they belong to into `other`: of two the worse. `states`: it is 1 for the one
    that holds and 0 for the others, which its last label names."""

    name: str
    kind: Kind
    words: str
    labels: tuple[str, ...] = ()
    fold: Fold = max
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Histogram:
    """Observations of one set of labels: how many fell between each edge and the one before, beyond
    the last edge in the end; `total`: their sum, in the unit of the series."""

    counts: tuple[int, ...]
    total: float

    def plus(self, other: "Histogram") -> "Histogram":
        """Both together; of the same edges."""
        counts = tuple(a + b for a, b in zip(self.counts, other.counts, strict=True))
        return Histogram(counts, self.total + other.total)


Labels = tuple[str, ...]


def _no_values() -> dict[str, dict[Labels, float]]:
    return {}


def _no_states() -> dict[str, dict[Labels, tuple[str, ...]]]:
    return {}


def _no_histograms() -> dict[str, dict[Labels, Histogram]]:
    return {}


@dataclass
class Scrape:
    """The values of one scrape while they are collected, label sets in the order they came.

    Labels are values only, `site` first, then as the series names them.
    """

    edges: Mapping[str, Sequence[float]] = field(default_factory=dict[str, Sequence[float]])
    values: dict[str, dict[Labels, float]] = field(default_factory=_no_values)
    states: dict[str, dict[Labels, tuple[str, ...]]] = field(default_factory=_no_states)
    histograms: dict[str, dict[Labels, Histogram]] = field(default_factory=_no_histograms)

    def put(self, series: Series, labels: Labels, value: float | None) -> None:
        """Say `value`; None says nothing."""
        if value is None:
            return
        said = self.values.setdefault(series.name, {})
        before = said.get(labels)
        said[labels] = value if before is None else series.fold(before, value)

    def hold(self, series: Series, labels: Labels, state: str) -> None:
        """Say which state holds; its labels are those before the last. Of several that were folded
        together all are said."""
        said = self.states.setdefault(series.name, {})
        said[labels] = (*said.get(labels, ()), state)

    def observe(self, series: Series, labels: Labels, seen: Histogram) -> None:
        """Add a histogram; its counts are as many as the edges of the series, and one."""
        said = self.histograms.setdefault(series.name, {})
        before = said.get(labels)
        said[labels] = seen if before is None else before.plus(seen)


def added(first: float, second: float) -> float:
    """The fold of what is counted."""
    return first + second


def _gauge(name: str, words: str, *labels: str, fold: Fold = max) -> Series:
    return Series(PREFIX + name, Kind.GAUGE, words, labels, fold)


def _histogram(name: str, words: str, *labels: str) -> Series:
    return Series(PREFIX + name, Kind.HISTOGRAM, words, labels)


# --- the site -------------------------------------------------------------------------------------
BUILD = _gauge("build_info", "What this server runs", "version")
WATCHDOG = _gauge("watchdog", "Always 1: whoever misses it is not being watched")
EVENTS = Series(PREFIX + "events_total", Kind.COUNTER, "Events in the site's log", (), max)
DATABASE = _gauge("database_bytes", "Size of the database, of all sites in it")
BACKEND_UP = _gauge("backend_up", "1 while the issuance backend says that it serves", fold=min)
CERTIFICATE = _gauge(
    "certificate_expiry_timestamp_seconds", "When the certificate this server shows ends", fold=min
)
OUTBOX_WAITING = _gauge("outbox_waiting", "Errands that are due and not yet carried out")
OUTBOX_PARKED = _gauge("outbox_parked", "Errands that need a person")
OUTBOX_AGE = _gauge("outbox_oldest_age_seconds", "How long the oldest due errand waits")
APPLICATIONS = _gauge("applications", "Applications by where they stand", "state", fold=added)
ANCHOR_AGE = _gauge(
    "audit_anchor_age_seconds", "Since the audit chain's head was last written down outside"
)
CHAIN_SOUND = _gauge(
    "audit_chain_sound", "1 while the last walk over the audit chain found no fault", fold=min
)
ALERTS = _gauge(
    "alerts_firing", "Alerts of this server that are open", "rule", "severity", fold=added
)
QUEUE = _gauge("queue_waiting", "People in line today", "service", "class", fold=added)
WAIT = _histogram(
    "wait_seconds", "Time in line until the call, of calls of the local day", "service", "class"
)
SERVICE = _histogram(
    "service_seconds", "From the call to its end, of those that ended today", "service", "class"
)
SOAP = _histogram(
    "soap_call_seconds", "Calls to the issuance backend, probes aside", "operation", "outcome"
)

# --- its kiosks -----------------------------------------------------------------------------------
KIOSKS = _gauge("kiosks", "Kiosks that hold a credential")
SERVING = _gauge("kiosks_serving", "Kiosks at which something can be finished now")
UP = _gauge("kiosk_up", "1 while the kiosk is heard", "kiosk", fold=min)
HEARTBEAT_AGE = _gauge("kiosk_heartbeat_age_seconds", "Since the kiosk was last heard", "kiosk")
MAINTAINED = _gauge("kiosk_maintained", "1 while somebody works on it", "kiosk")
RUNS = _gauge("kiosk_build_info", "What the kiosk runs", "kiosk", "version")
UNSENT = _gauge("kiosk_unsent", "Work the kiosk has not delivered yet", "kiosk", fold=added)
UNSENT_AGE = _gauge("kiosk_oldest_unsent_seconds", "How long the oldest of it waits", "kiosk")
TEMPERATURE = _gauge("kiosk_temperature_celsius", "The machine's temperature", "kiosk")
DISK = _gauge("kiosk_disk_free_ratio", "Free share of the journal's disk", "kiosk", fold=min)
CLOCK = _gauge("kiosk_clock_offset_seconds", "Its clock minus this server's", "kiosk")
JOURNEY = _gauge(
    "journey_ready", "1 while it can be finished at this kiosk", "kiosk", "journey", fold=min
)
DEVICE = Series(
    PREFIX + "device_state",
    Kind.GAUGE,
    "1 for the XFS state the device is in",
    ("kiosk", "device", "kind", "state"),
    states=tuple(DeviceState),
)
PART = _gauge("device_part", "1 for the word of a part", "kiosk", "device", "part", "word")
SUPPLY_LEFT = _gauge(
    "supply_left", "Units it still gives, or takes", "kiosk", "device", "supply", fold=min
)
SUPPLY_CAPACITY = _gauge("supply_capacity", "Units of a full one", "kiosk", "device", "supply")
SUPPLY_DAYS = _gauge(
    "supply_days_left", "Days it will do at its pace", "kiosk", "device", "supply", fold=min
)

CATALOGUE: tuple[Series, ...] = (
    *(BUILD, WATCHDOG, EVENTS, DATABASE, BACKEND_UP, CERTIFICATE),
    *(OUTBOX_WAITING, OUTBOX_PARKED, OUTBOX_AGE, APPLICATIONS, ANCHOR_AGE, CHAIN_SOUND, ALERTS),
    *(QUEUE, WAIT, SERVICE, SOAP),
    *(KIOSKS, SERVING, UP, HEARTBEAT_AGE, MAINTAINED, RUNS, UNSENT, UNSENT_AGE),
    *(TEMPERATURE, DISK, CLOCK, JOURNEY, DEVICE, PART, SUPPLY_LEFT, SUPPLY_CAPACITY, SUPPLY_DAYS),
)

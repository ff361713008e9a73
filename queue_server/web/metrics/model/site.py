"""PURE: what `/metrics` says of a site besides its kiosks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from queue_server.web.metrics.model import bounds
from queue_server.web.metrics.model import series as s
from queue_server.web.metrics.model.series import Histogram, Scrape

CLASSES = ("general", "preferential")


@dataclass(frozen=True)
class SiteFigures:
    """A site at one instant; None: there is no such thing here, or nobody knows. Ages in seconds,
    `certificate_until` in seconds since 1970.

    `applications`: state -> how many. `lines`: (service, class) -> people. `alerts`: (rule,
    severity) -> open ones. `chain_sound`: what the last walk over the audit chain found.
    """

    version: str
    last_event: int
    database_bytes: int
    backend_up: bool | None
    certificate_until: float | None
    outbox_waiting: int
    outbox_parked: int
    outbox_age_s: float
    anchor_age_s: float | None
    chain_sound: bool | None
    applications: Mapping[str, int]
    lines: Mapping[tuple[str, str], int]
    alerts: Mapping[tuple[str, str], int]


def put_site(
    scrape: Scrape,
    site: str,
    figures: SiteFigures,
    services: Collection[str],
    rules: Iterable[tuple[str, str]],
) -> None:
    """All of it. Every configured service and every (rule, severity) has a value, if it is 0."""
    mine = (site,)
    scrape.put(s.WATCHDOG, mine, 1)
    scrape.put(s.BUILD, (site, bounds.build(figures.version)), 1)
    scrape.put(s.EVENTS, mine, figures.last_event)
    scrape.put(s.DATABASE, mine, figures.database_bytes)
    scrape.put(s.BACKEND_UP, mine, figures.backend_up)
    scrape.put(s.CERTIFICATE, mine, figures.certificate_until)
    scrape.put(s.OUTBOX_WAITING, mine, figures.outbox_waiting)
    scrape.put(s.OUTBOX_PARKED, mine, figures.outbox_parked)
    scrape.put(s.OUTBOX_AGE, mine, figures.outbox_age_s)
    scrape.put(s.ANCHOR_AGE, mine, figures.anchor_age_s)
    scrape.put(s.CHAIN_SOUND, mine, figures.chain_sound)
    for state, count in figures.applications.items():
        scrape.put(s.APPLICATIONS, (site, state), count)
    for rule, severity in rules:
        scrape.put(s.ALERTS, (site, rule, severity), figures.alerts.get((rule, severity), 0))
    for service in services:
        for which in CLASSES:
            scrape.put(s.QUEUE, (site, service, which), figures.lines.get((service, which), 0))


def put_times(
    scrape: Scrape,
    series: s.Series,
    site: str,
    edges: Sequence[float],
    seen: Mapping[tuple[str, str], Histogram],
    known: Collection[str],
) -> None:
    """Histograms of (service, class), or of (operation, outcome): `known` first labels, else
    `other`."""
    for (first, second), histogram in seen.items():
        label = first if first in known else bounds.OTHER
        if len(histogram.counts) == len(edges) + 1:
            scrape.observe(series, (site, label, second), histogram)

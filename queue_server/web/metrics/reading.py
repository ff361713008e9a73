"""Reads the figures of `/metrics`: one site, one instant."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from queue_server.core import outbox
from queue_server.core.audit_state import chain_state
from queue_server.core.database_size import database_bytes
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model.heartbeat import presence
from queue_server.fleet.model.supplies import days_left
from queue_server.fleet.services import alerts, heartbeats
from queue_server.issuance.call_times import service as call_times
from queue_server.issuance.call_times.model import EDGES_S as SOAP_EDGES_S
from queue_server.issuance.call_times.model import OPERATIONS
from queue_server.issuance.model import ApplicationState
from queue_server.issuance.services.standings import counted
from queue_server.reports.services import day_times
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from queue_server.turns.model.site import SiteRules
from queue_server.turns.services import queries
from queue_server.turns.services.rules import site_rules
from queue_server.web.metrics.model import series as s
from queue_server.web.metrics.model.kiosks import KioskFigures, put_kiosks
from queue_server.web.metrics.model.series import Histogram, Scrape
from queue_server.web.metrics.model.site import SiteFigures, put_site, put_times
from queue_server.web.metrics.probes import Probes

# Seconds: people wait minutes, and the law counts the wait of the preferential.
WAIT_EDGES_S = (60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200)
SERVICE_EDGES_S = (30, 60, 120, 180, 300, 480, 600, 900, 1200, 1800, 3600)
EDGES = {
    s.WAIT.name: WAIT_EDGES_S,
    s.SERVICE.name: SERVICE_EDGES_S,
    s.SOAP.name: SOAP_EDGES_S,
}


def scrape_site(uow: UnitOfWork, site: str, probes: Probes, scrape: Scrape) -> None:
    """Put the figures of `site` into `scrape`. Raises Problem 503 before `load-site`."""
    rules = site_rules(uow, site)
    known = {each.name: str(each.severity) for each in probes.book.rules}
    put_site(scrape, site, _site(uow, rules, probes), rules.services, known.items())
    maintained = frozenset(each.kiosk for each in alerts.maintained(uow, site))
    put_kiosks(scrape, site, _kiosks(uow, rules), tuple(rules.services), maintained)
    _put_times(uow, rules, scrape)


def _site(uow: UnitOfWork, rules: SiteRules, probes: Probes) -> SiteFigures:
    site = rules.code
    left, chain = outbox.backlog(uow, site), chain_state(uow, site)
    until = probes.certificate_until()
    states = counted(uow, site)
    return SiteFigures(
        version=version("ventanilla"),
        last_event=uow.last_event_id(site),
        database_bytes=database_bytes(uow),
        backend_up=probes.backend_up(),
        certificate_until=until.timestamp() if until else None,
        outbox_waiting=left.waiting,
        outbox_parked=left.parked,
        outbox_age_s=(uow.now - left.oldest).total_seconds() if left.oldest else 0.0,
        anchor_age_s=(uow.now - chain.anchored_at).total_seconds() if chain.anchored_at else None,
        chain_sound=None if chain.verified_at is None else chain.fault is None,
        applications={state: states.get(state, 0) for state in ApplicationState},
        lines=_lines(uow, rules),
        alerts=_open_alerts(uow, site),
    )


def _lines(uow: UnitOfWork, rules: SiteRules) -> dict[tuple[str, str], int]:
    found = queries.lines(uow, rules)
    return {(each.service, str(each.attention_class)): each.people for each in found}


def _open_alerts(uow: UnitOfWork, site: str) -> Counter[tuple[str, str]]:
    return Counter((rule, severity) for rule, severity in alerts.standing(uow, site))


def _kiosks(uow: UnitOfWork, rules: SiteRules) -> Sequence[KioskFigures]:
    kept = heartbeats.all_kept(uow, rules.code)
    use, today = heartbeats.use_of(uow, rules.code), queries.today(uow, rules)
    found = []
    for name in credentials.known_devices(uow, rules.code, Role.KIOSK):
        there = kept.get(name)
        beat = there.held.beat if there else None
        heard = there.received_at if there else None
        lasting = {
            (each.device, each.name): days
            for each in (beat.supplies if beat else None) or ()
            if (days := days_left(each.left, use.get((name, each.device, each.name), {}), today))
            is not None
        }
        age_s = None if heard is None else max(0.0, (uow.now - heard).total_seconds())
        found.append(KioskFigures(name, presence(heard, uow.now), age_s, beat, lasting))
    return found


def _put_times(uow: UnitOfWork, rules: SiteRules, scrape: Scrape) -> None:
    site, day, services = rules.code, queries.today(uow, rules), tuple(rules.services)
    for series, edges, read in (
        (s.WAIT, WAIT_EDGES_S, day_times.waits),
        (s.SERVICE, SERVICE_EDGES_S, day_times.services),
    ):
        seen = {key: _histogram(*each) for key, each in read(uow, site, day, edges).items()}
        put_times(scrape, series, site, edges, seen, services)
    calls = {key: _histogram(*each) for key, each in call_times.kept(uow, site).items()}
    put_times(scrape, s.SOAP, site, SOAP_EDGES_S, calls, OPERATIONS)


def _histogram(counts: Sequence[int], total: float) -> Histogram:
    return Histogram(tuple(counts), total)

"""How the site stands now, as its own pages are told it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from queue_server.core import outbox
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.api.alerts import alerts_body
from queue_server.fleet.api.monitor import monitor_body
from queue_server.fleet.model.alert_rules import RuleBook
from queue_server.hub.wire import AboutBody, LineBody, StateBody
from queue_server.turns.model.hours import standing
from queue_server.turns.model.site import CounterState, SiteRules
from queue_server.turns.services import queries
from queue_server.turns.services.counters import desks
from queue_server.turns.services.rules import site_rules

LONGEST_NAME = 120


@dataclass(frozen=True)
class Probes:
    """What is asked of others than the database; None as an answer: there is no such thing here."""

    book: RuleBook
    backend_up: Callable[[], bool | None] = lambda: None
    certificate_until: Callable[[], datetime | None] = lambda: None


def state_of(uow: UnitOfWork, site: str, region: str, probes: Probes) -> StateBody:
    """Everything the hub draws of `site`. Raises Problem 503 before `load-site`."""
    rules = site_rules(uow, site)
    left = outbox.backlog(uow, site)
    monitor = monitor_body(uow, site, 0, probes.certificate_until())
    return StateBody(
        at=uow.now,
        about=AboutBody(
            name=rules.name[:LONGEST_NAME] or site,
            region=region,
            zone=rules.zone,
            build=version("ventanilla"),
        ),
        line=_line(uow, rules),
        monitor=monitor.model_dump(mode="json"),
        alerts=alerts_body(uow, site, probes.book).model_dump(mode="json"),
        backend_up=probes.backend_up(),
        backlog=left.waiting,
        parked=left.parked,
        oldest_errand_s=_seconds(uow.now, left.oldest),
    )


def _line(uow: UnitOfWork, rules: SiteRules) -> LineBody:
    local = uow.now.astimezone(ZoneInfo(rules.zone))
    since = min(queries.longest_waiting(uow, rules).values(), default=None)
    return LineBody(
        open=standing(rules.openings, rules.closures, local).open,
        waiting=sum(each.people for each in queries.lines(uow, rules)),
        longest_wait_s=_seconds(uow.now, since),
        counters_open=sum(
            each.state is CounterState.OPEN for each in desks(uow, rules.code).values()
        ),
    )


def _seconds(now: datetime, since: datetime | None) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))

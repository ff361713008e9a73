"""The background process: migrates first, then relay, mail, discovery, day close, reports."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from queue_server.bootstrap import (
    build_alert_relay,
    build_alerting,
    build_backend,
    build_hub_link,
    build_relays,
    build_wallet_watch,
)
from queue_server.config import ServerConfig
from queue_server.core.bell import Bell
from queue_server.core.commits import CommitWatch
from queue_server.core.db import Database
from queue_server.core.leases import Leases
from queue_server.core.problem import Problem
from queue_server.core.repeating import Job, Running, told_to_stop
from queue_server.core.unit_of_work import Actor
from queue_server.fleet.actions.watch import WATCH_EVERY_S as ACTIONS_EVERY_S
from queue_server.fleet.actions.watch import ActionWatch
from queue_server.fleet.adapters.alerts_file import alert_rules
from queue_server.fleet.adapters.zeroconf import Discovery
from queue_server.fleet.services import server_runs
from queue_server.fleet.services.alerting import LOOK_EVERY_S as ALERTS_EVERY_S
from queue_server.fleet.services.server_runs import TOLD_EVERY_S, ServerRun
from queue_server.fleet.services.watch import WATCH_EVERY_S, FleetWatch
from queue_server.housekeeping import housekeeping
from queue_server.issuance.call_times.service import WRITE_EVERY_S as CALLS_EVERY_S
from queue_server.issuance.call_times.service import keep
from queue_server.payments.services.centre_ledger import LedgerCopy
from queue_server.reports.services.catch_up import behind, catch_up
from queue_server.retention import CertificateRetention, other_retention, visit_retention
from queue_server.turns.services.day import close_past_days, days_to_close
from queue_server.turns.services.queries import site_zone
from queue_server.turns.services.rules import site_codes

RELAYS, POSTMEN, WALLET_WATCHERS = 4, 2, 4
PAST_DAYS_EVERY_S = 20.0
REPORTS_EVERY_S = 5.0
RETENTION_EVERY_S = 60.0
CENTRE_LEDGER_EVERY_S = 2.0
RELAY_LOOKS_EVERY_S = 0.5
WALLET_LOOKS_EVERY_S = 0.5
HUB_LOOKS_EVERY_S = 1.0
# SQLite, while people use the kiosks: how often a look is taken at whether somebody left an errand.
BUSY_LOOKS_EVERY_S = 0.005

if TYPE_CHECKING:
    from queue_server.issuance.services.relay import Relay

log = structlog.get_logger("jobs")


def run_jobs(config: ServerConfig, database: Database, ready: Callable[[], None]) -> None:
    """Run every job until SIGTERM or SIGINT. `ready` is called once all of them have started."""
    stop = told_to_stop()
    day_closed = Bell()
    jobs = [
        Job("close past days", PAST_DAYS_EVERY_S, lambda: _close_past_days(database, day_closed)),
        Job("reports", REPORTS_EVERY_S, lambda: _catch_up_reports(database)),
        Job("forget certificates", RETENTION_EVERY_S, CertificateRetention(database).turn),
        Job("fleet watch", WATCH_EVERY_S, FleetWatch(database, site_codes).turn),
        Job("forget visit documents", 3600.0, visit_retention(database).turn),
        Job("retention", 3600.0, other_retention(database, config.retention).turn),
        Job("forget states", 3600.0, lambda: _forget_states(database)),
        Job("server is there", TOLD_EVERY_S, ServerRun(database).turn, everywhere=True),
    ]
    actions = ActionWatch(database, site_codes)
    jobs.append(Job("action watch", ACTIONS_EVERY_S, actions.turn))
    jobs.append(Job("forget actions", 3600.0, actions.forget))
    jobs += housekeeping(config, database, day_closed)
    backend = build_backend(config)
    book = alert_rules(config)
    alerting = build_alerting(config, database, book, backend, site_codes)
    jobs.append(Job("alerts", ALERTS_EVERY_S, alerting.turn))
    jobs += _relaying("teller", build_alert_relay(config, database, book), 1, Bell())
    relays = build_relays(config, database, backend)
    errands = Bell()
    if relays is not None:
        to_the_centre, to_the_mail = relays
        jobs += _relaying("relay", to_the_centre, RELAYS, errands)
        # A letter can wait half a second: no commit wakes its relays.
        jobs += _relaying("postman", to_the_mail, POSTMEN, Bell())
    if backend is not None and (times := backend.times) is not None:
        told = Job("call times", CALLS_EVERY_S, lambda: keep(database, times), everywhere=True)
        jobs.append(told)
    if backend is not None:
        copy = LedgerCopy(database, backend)
        jobs.append(
            Job("centre's ledger", CENTRE_LEDGER_EVERY_S, lambda: _copy_ledger(database, copy))
        )
    wallet = build_wallet_watch(config, database)
    if wallet is not None:
        charges = Bell()
        jobs += [
            Job(f"wallet {number}", WALLET_LOOKS_EVERY_S, wallet.turn, charges, everywhere=True)
            for number in range(WALLET_WATCHERS)
        ]
    link = build_hub_link(config, database, book, backend)
    if link is not None and config.hub is not None:
        jobs.append(Job("hub", min(HUB_LOOKS_EVERY_S, config.hub.every_s), link.turn))
        jobs.append(Job("forget hub orders", 3600.0, link.forget))
    commits = CommitWatch(database.engine, lambda _site: errands.ring(), BUSY_LOOKS_EVERY_S)
    commits.start()
    running = Running(jobs, Leases(database))
    if backend is not None:
        backend.start()
    running.start()
    with Discovery(config, database):
        ready()
        stop.wait()
    commits.stop()
    if backend is not None:
        backend.stop()
    if link is not None:
        link.stop()
    running.end()


def _relaying(name: str, relay: "Relay", count: int, bell: Bell) -> list[Job]:
    """`count` jobs that carry errands out side by side, called by one bell.

    One of them takes what waits longest: what piled up moves on, however many arrive.
    """
    return [
        Job(
            f"{name} {number}",
            RELAY_LOOKS_EVERY_S,
            partial(relay.turn, oldest_first=number == 0, claimed=bell.ring),
            bell,
            everywhere=True,
        )
        for number in range(count)
    ]


def _forget_states(database: Database) -> bool:
    database.run(server_runs.forget)
    return False


def _close_past_days(database: Database, closed_one: Bell) -> bool:
    """After local midnight the rest of the day expires, or is carried over, at every site."""
    closed = [_close_past_day(database, site) for site in database.read(site_codes)]
    if any(closed):
        closed_one.ring()
    return any(closed)


def _close_past_day(database: Database, site: str) -> bool:
    """Looks first: nobody has to wait for a lock because nothing is to be done."""
    if not database.read(lambda uow: days_to_close(uow, site)):
        return False
    return database.run(lambda uow: close_past_days(uow, Actor(site, "job", "day close")))


def _copy_ledger(database: Database, copy: LedgerCopy) -> bool:
    """For the day close: what the centre recorded, of each site one day a turn."""
    more = [copy.turn(site) for site in database.read(site_codes)]
    return any(more)


def _catch_up_reports(database: Database) -> bool:
    """Fold new events into the read tables; a site that cannot be read does not stop the others."""
    more = False
    for site in database.read(behind):
        try:
            more |= database.run(lambda uow, site=site: catch_up(uow, site, site_zone(uow, site)))
        except Problem as problem:
            log.warning("reports put off", site=site, reason=problem.kind)
    return more

"""The background process: migrates first, then relay, mail, discovery and retention."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from queue_server.bootstrap import build_relay
from queue_server.config import ServerConfig
from queue_server.core.commits import CommitWatch
from queue_server.core.db import Database
from queue_server.core.idempotency import REPLIES_KEPT_HOURS, forget_replies
from queue_server.core.problem import Problem
from queue_server.fleet.adapters.zeroconf import Discovery

RELAYS = 4
RELAY_LOOKS_EVERY_S = 0.5

log = structlog.get_logger("jobs")


@dataclass(frozen=True)
class Job:
    """Work done again and again: every `every_s` seconds, or sooner when `wake` is set.

    `work` returns True when there may be more to do at once.
    """

    name: str
    every_s: float
    work: Callable[[], bool]
    wake: threading.Event


def run_jobs(config: ServerConfig, database: Database, ready: Callable[[], None]) -> None:
    """Run every job until SIGTERM or SIGINT. `ready` is called once all of them have started."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs = [Job("forget replies", 3600.0, lambda: _forget_replies(database), threading.Event())]
    relay = build_relay(config, database)
    if relay is not None:
        jobs += [
            Job(f"relay {number}", RELAY_LOOKS_EVERY_S, relay.turn, threading.Event())
            for number in range(RELAYS)
        ]

    def wake() -> None:
        for job in jobs:
            job.wake.set()

    commits = CommitWatch(database.engine, wake)
    commits.start()
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name) for job in jobs]
    for thread in threads:
        thread.start()
    with Discovery(config, database):
        ready()
        stop.wait()
    commits.stop()
    wake()
    for thread in threads:
        thread.join()


def _repeat(job: Job, stop: threading.Event) -> None:
    """One bad turn of a job is logged and does not end it."""
    while not stop.is_set():
        job.wake.clear()
        more = False
        try:
            more = job.work()
        except Problem as problem:
            log.warning("job put off", job=job.name, reason=problem.kind)
        except Exception:
            log.exception("job failed, will be tried again", job=job.name)
        if not more and not stop.is_set():
            job.wake.wait(job.every_s)


def _forget_replies(database: Database) -> bool:
    kept = timedelta(hours=REPLIES_KEPT_HOURS)
    database.run(lambda uow: forget_replies(uow, uow.now - kept))
    return False

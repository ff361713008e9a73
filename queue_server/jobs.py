"""The background process: migrates first, then relay, mail, discovery and retention."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from queue_server.config import ServerConfig
from queue_server.core.db import Database
from queue_server.core.idempotency import REPLIES_KEPT_HOURS, forget_replies
from queue_server.core.problem import Problem
from queue_server.fleet.adapters.zeroconf import Discovery

log = structlog.get_logger("jobs")


@dataclass(frozen=True)
class Periodic:
    """Work done again and again, `every_s` seconds apart, each time until it finds no more."""

    name: str
    every_s: float
    work: Callable[[], object]


def run_jobs(config: ServerConfig, database: Database, ready: Callable[[], None]) -> None:
    """Run every job until SIGTERM or SIGINT. `ready` is called once all of them have started."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs = [Periodic("forget replies", 3600.0, lambda: _forget_replies(database))]
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name) for job in jobs]
    for thread in threads:
        thread.start()
    with Discovery(config, database):
        ready()
        stop.wait()
    for thread in threads:
        thread.join()


def _repeat(job: Periodic, stop: threading.Event) -> None:
    """One bad turn of a job is logged and does not end it."""
    while not stop.is_set():
        try:
            job.work()
        except Problem as problem:
            log.warning("job put off", job=job.name, reason=problem.kind)
        except Exception:
            log.exception("job failed, will be tried again", job=job.name)
        stop.wait(job.every_s)


def _forget_replies(database: Database) -> None:
    kept = timedelta(hours=REPLIES_KEPT_HOURS)
    database.run(lambda uow: forget_replies(uow, uow.now - kept))

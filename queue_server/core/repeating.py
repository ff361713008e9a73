"""The jobs of a background process: each is repeated by a thread of its own until told to stop."""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from queue_server.core.bell import Bell
from queue_server.core.leases import RENEW_EVERY_S, Leases
from queue_server.core.problem import Problem

# Steps of niceness: on a busy machine reports can wait, somebody at a kiosk cannot.
BEHIND_THE_WEB = 5
log = structlog.get_logger("jobs")


@dataclass(frozen=True)
class Job:
    """Work done again and again: every `every_s` seconds, and when its bell rings.

    `work` returns True when there may be more to do at once. Jobs may share a bell: it calls one.
    Of several jobs processes one does it, unless it is to be done `everywhere`: what claims its own
    rows, and what concerns its own process or host.
    """

    name: str
    every_s: float
    work: Callable[[], bool]
    bell: Bell = field(default_factory=Bell)
    everywhere: bool = False


def told_to_stop() -> threading.Event:
    """Set by SIGTERM or SIGINT. From now on this process stands back behind the web workers."""
    os.nice(BEHIND_THE_WEB)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


class Running:
    """The threads of some jobs, and the leases by which several processes share them."""

    def __init__(self, jobs: Sequence[Job], leases: Leases) -> None:
        self._leases = leases
        self._stop = threading.Event()
        self._jobs = [*jobs, Job("leases", RENEW_EVERY_S, leases.renew, everywhere=True)]
        self._threads = [
            threading.Thread(target=repeat, args=(job, self._stop, leases), name=job.name)
            for job in self._jobs
        ]

    def start(self) -> None:
        """Every job begins at once."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait until each has finished what it was at, and give the leases back."""
        self._stop.set()
        for job in self._jobs:
            job.bell.ring()
        for thread in self._threads:
            thread.join()
        with suppress(Problem):  # they run out by themselves
            self._leases.give_back()


def repeat(job: Job, stop: threading.Event, leases: Leases) -> None:
    """One bad turn of a job is logged and does not end it."""
    while not stop.is_set():
        more = False
        try:
            more = (job.everywhere or leases.holds(job.name)) and job.work()
        except Problem as problem:
            log.warning("job put off", job=job.name, reason=problem.kind)
        except Exception:
            log.exception("job failed, will be tried again", job=job.name)
        if not more and not stop.is_set():
            job.bell.wait(job.every_s)
    job.bell.ring()  # the next of those who share it shall end as well

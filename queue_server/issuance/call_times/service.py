"""Counts calls to the centre in this process and adds them to what the database holds."""

import threading
from collections.abc import Mapping

import structlog
from sqlalchemy import select

from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.call_times.model import EDGES_S, CallOutcome, Counts, place_of
from queue_server.issuance.call_times.tables import soap_calls

# What a process counted is written so often; when it is killed, that much is lost.
WRITE_EVERY_S = 10.0
BEYOND = "+Inf"
log = structlog.get_logger("issuance")
_LES = (*(f"{edge:g}" for edge in EDGES_S), BEYOND)


class CallTimes:
    """The calls of one process, from all its threads; bounded by what there is to tell apart."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._lock = threading.Lock()
        self._counts = Counts()

    def count(self, operation: str, outcome: CallOutcome, took_s: float) -> None:
        """A call ended after `took_s` seconds."""
        with self._lock:
            self._counts.add((operation, outcome, place_of(took_s)), 1, took_s)

    def take(self) -> Counts:
        """What was counted since the last time; whoever cannot keep it gives it back."""
        with self._lock:
            taken, self._counts = self._counts, Counts()
        return taken

    def give_back(self, taken: Counts) -> None:
        """It could not be written."""
        with self._lock:
            for key, (calls, seconds) in taken.held.items():
                self._counts.add(key, calls, seconds)


def keep(database: Database, times: CallTimes) -> bool:
    """Write what was counted since the last time, if anything. Raises Problem: nothing is lost."""
    taken = times.take()
    if not taken.held:
        return False
    try:
        database.run(lambda uow: write(uow, times.site, taken))
    except Problem:
        times.give_back(taken)
        raise
    return False


class Keeping:
    """A thread that keeps what a process counts, for one without periodic jobs."""

    def __init__(self, database: Database, times: CallTimes) -> None:
        self._database = database
        self._times = times
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="call-times", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stop.set()
        self._thread.join(timeout=WRITE_EVERY_S)

    def _repeat(self) -> None:
        last = False
        while not last:
            last = self._stop.wait(WRITE_EVERY_S)
            try:
                keep(self._database, self._times)
            except Problem as problem:
                log.warning("calls to the centre not counted yet", reason=problem.kind)


def write(uow: UnitOfWork, site: str, taken: Counts) -> None:
    """Add what was counted to what the database holds."""
    table = soap_calls
    for (operation, outcome, place), (calls, seconds) in sorted(taken.held.items()):
        key = {"site": site, "operation": operation, "outcome": outcome, "le": _LES[place]}
        put = uow.upsert(table).values(**key, calls=calls, seconds=seconds)
        more = {"calls": table.c.calls + calls, "seconds": table.c.seconds + seconds}
        uow.connection.execute(put.on_conflict_do_update(index_elements=[*key], set_=more))


def kept(uow: UnitOfWork, site: str) -> Mapping[tuple[str, str], tuple[list[int], float]]:
    """All calls since there is a database: (operation, outcome) -> how many fell under each of
    `EDGES_S` and beyond them, and their seconds."""
    found: dict[tuple[str, str], tuple[list[int], float]] = {}
    for row in uow.connection.execute(select(soap_calls).where(soap_calls.c.site == site)):
        counts, seconds = found.get((row.operation, row.outcome), ([0] * len(_LES), 0.0))
        counts[_place(row.le)] += row.calls
        found[row.operation, row.outcome] = counts, seconds + row.seconds
    return found


def _place(le: str) -> int:
    """A bucket of other edges, from an earlier version, falls under the next of ours."""
    return len(EDGES_S) if le == BEYOND else place_of(float(le))

"""One run: a real site, sixteen clients, a nemesis, and the judgement."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.load.crowd import COUNTERS, furnish, operators
from tests.race import checker
from tests.race.clients import Client, Issuer, Line, Operator, run_for
from tests.race.history import History
from tests.race.nemesis import Nemesis
from tests.support.nursery import end_with_parent
from tests.support.site import REPOSITORY, Kind, Site

ISSUERS, OPERATORS = 6, 10
DEADLINE_S = 30.0


@dataclass(frozen=True)
class Verdict:
    """What came of a run."""

    operations: int
    acknowledged: int
    troubles: list[str]
    faults: list[str]


@contextmanager
def served(folder: Path, kind: Kind, module: str = "queue_server") -> Iterator[tuple[Site, int]]:
    """A furnished site under `serve`, whose processes come back when they die; serve's pid."""
    site = Site(folder, database=kind)
    database = site.database()
    furnish(database, "PRUEBA")
    database.close()
    workers = "1" if kind == "sqlite" else "3"
    words = [sys.executable, "-m", module, "--config", str(folder / "server.toml")]
    process = subprocess.Popen(
        [*words, "serve", "--workers", workers], cwd=REPOSITORY, preexec_fn=end_with_parent
    )
    try:
        site.wait_ready()
        yield site, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
        site.remove()


def clients_of(site: Site, history: History, seed: int) -> list[Client]:
    """Six kiosks, and ten operators at eight counters: two counters have two tabs open."""
    database = site.database()
    staff = operators(database, "PRUEBA", site.port)
    database.close()
    made: list[Client] = []
    for number in range(ISSUERS):
        token = site.command("add-kiosk", f"K{number:02}")
        line = Line(site.port, {"Authorization": f"Bearer {token}"})
        made.append(Issuer(f"kiosk{number}", line, history, seed + number))
    for number in range(OPERATORS):
        place = number % COUNTERS
        line = Line(site.port, staff[place].headers)
        operator = Operator(f"operator{number}", line, history, seed + 100 + number)
        operator.counter = f"W{place + 1}"
        made.append(operator)
    return made


def run(
    folder: Path, kind: Kind, seconds: float, seed: int, module: str = "queue_server"
) -> Verdict:
    """Let everybody work against each other for a while; then judge."""
    history = History()
    with served(folder, kind, module) as (site, pid):
        clients = clients_of(site, history, seed)
        nemesis = Nemesis(pid, [each.line for each in clients], seed)
        run_for(clients, seconds, nemesis.run)
        time.sleep(0.2)
        database = site.database()
        faults = checker.faults(history, checker.read(database))
        database.close()
    acknowledged = sum(each.acknowledged for each in history.operations)
    return Verdict(len(history.operations), acknowledged, nemesis.done, faults)

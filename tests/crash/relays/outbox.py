"""Relays that die again and again under a load of applications, and what is left in the end."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.request import urlopen

from sqlalchemy import select

from queue_server.core.db import Database
from queue_server.core.tables import outbox as errands
from queue_server.issuance import tables
from queue_server.issuance.services import applications
from tests.crash.money.world import MortalCentre
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.crowd_of_applications import accepted
from tests.support.nursery import Child, Nursery
from tests.support.site import Kind, Site

READY_S, LEASES_S = 30.0, 20.0
STRANGER_EVERY = 100
LEDGER_WORDS = {"EMITIDO": "issued", "EN_REVISION": "under_review", "RECHAZADO": "refused"}


@dataclass(frozen=True)
class Plan:
    """How much, how many relay processes, how long each lives (s), how often one is killed."""

    applications: int
    processes: int
    kills: int
    longest_life_s: float = 4.0
    loss: float = 0.15  # of each kind: before the centre's commit, and after it
    deadline_s: float = 1800.0


@dataclass(frozen=True)
class Account:
    """What the centre and we hold in the end. All but `applications` and `kills` must be 0."""

    applications: int
    kills: int
    duplicates: int  # requests with more than one certificate, at the centre or with us
    lost: int  # accepted by us and never decided at the centre, or otherwise decided there
    stuck: int  # errands neither done nor for later

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or left lying."""
        return (self.duplicates, self.lost, self.stuck) == (0, 0, 0)


def carried_out(
    folder: Path, kind: Kind, plan: Plan, seed: int, nursery: Nursery, prepare: Sequence[str] = ()
) -> Account:
    """Put `plan.applications` into a site on `kind` and let relays that are killed carry them out.

    `prepare`: what makes the jobs worse on purpose, in the nursery's words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    centre = MortalCentre(folder, plan.applications + 20, nursery)
    with running(centre):
        site = Site(folder / "site", backend_toml(centre, Mailbox(folder)), kind)
        database = site.database()
        try:
            accepted(database, "K01", range(1, plan.applications + 1), STRANGER_EVERY)
            _say(f"{kind}: {plan.applications} applications are paid")
            _unreliable(centre, plan.loss, seed)
            with _relays(
                site, plan, random.Random(seed), lambda: _started(site, nursery, prepare)
            ) as killed:
                _until_done(database, plan.deadline_s)
                kills = killed()
            return _account(centre, database, plan, kills)
        finally:
            database.close()
            site.remove()


def _unreliable(centre: Centre, loss: float, seed: int) -> None:
    """Replies are lost, half of them before the centre did anything."""
    for fault in ("lose_before", "lose_reply"):
        centre.order(fault=fault, operation="solicitarCertificado", rate=loss, seed=seed)


@contextmanager
def _relays(
    site: Site, plan: Plan, chance: random.Random, start: Callable[[], Child]
) -> Iterator[Any]:
    """`plan.processes` relay processes; each is killed at a random moment of its life and begun
    again, until `plan.kills` were killed. The last ones live on."""
    ending, lock, killed = Event(), Lock(), [0]
    moments = [chance.uniform(0, plan.longest_life_s) for _ in range(plan.kills)]

    def keep_one() -> None:
        while not ending.is_set():
            process = start()
            with lock:
                life = moments.pop() if moments else None
            if life is None:
                ending.wait()
                process.terminate()
                process.wait(timeout=30)
                return
            ending.wait(life)
            site.kill(process)  # type: ignore[arg-type]
            with lock:
                killed[0] += 1

    threads = [Thread(daemon=True, target=keep_one) for _ in range(plan.processes)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: killed[0]
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _started(site: Site, nursery: Nursery, prepare: Sequence[str]) -> Child:
    """A jobs process at work: it says `ready` once its relays have begun to claim."""
    words = ("--config", str(site.folder / "server.toml"), "jobs")
    log = site.folder / "jobs.log"
    process = nursery.start("queue_server", *words, log=log, prepare=prepare)
    site.processes.append(process)  # type: ignore[arg-type]
    assert process.stdout.readline().strip() == "ready"
    return process


def _until_done(database: Database, deadline_s: float) -> None:
    """Until no errand is waiting or claimed, or the deadline: what is left then is stuck."""
    began, said = time.monotonic(), 0.0
    while (open_now := _open(database)) and time.monotonic() - began < deadline_s:
        if time.monotonic() - said > 10:
            said = time.monotonic()
            _say(f"{open_now} errands are open after {said - began:.0f} s")
        time.sleep(0.25)
    _say(f"{_open(database)} errands are open after {time.monotonic() - began:.0f} s")


def _open(database: Database) -> int:
    states = _states(database)
    return states["waiting"] + states["claimed"]


def _states(database: Database) -> Counter[str]:
    """Errands by state; a review that is followed waits for people, and is not counted."""
    query = select(errands.c.state).where(
        (errands.c.kind != applications.FOLLOW) | (errands.c.state == "parked")
    )
    return Counter(database.read(lambda uow: uow.connection.execute(query).scalars().all()))


def _account(centre: Centre, database: Database, plan: Plan, kills: int) -> Account:
    ours = database.read(_rows)
    url = f"http://127.0.0.1:{centre.port}/ledger/summary"
    with urlopen(url, timeout=60) as answer:
        theirs: dict[str, list[Any]] = json.load(answer)["requests"]
    states = _states(database)
    decided = {id: LEDGER_WORDS[state] for id, (state, _, _) in theirs.items()}
    numbers = [number for _, number in ours.values() if number]
    return Account(
        applications=len(ours),
        kills=kills,
        duplicates=sum(count > 1 for _, _, count in theirs.values())
        + (len(numbers) - len(set(numbers))),
        lost=sum(decided.get(id) != state for id, (state, _) in ours.items())
        + sum(id not in ours for id in theirs)
        + (plan.applications - len(ours)),
        stuck=states["waiting"] + states["claimed"] + states["parked"],
    )


def _rows(uow: Any) -> dict[str, tuple[str, str | None]]:
    rows = tables.applications.c
    found = uow.connection.execute(select(rows.id, rows.state, rows.certificate_number))
    return {row.id: (row.state, row.certificate_number) for row in found}


def write(path: Path, accounts: dict[str, Account]) -> None:
    """Keep the counts: totals, and of each database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    each = {kind: asdict(account) for kind, account in accounts.items()}
    totals = {
        name: sum(account[name] for account in each.values())
        for name in ("applications", "duplicates", "lost", "stuck", "kills")
    }
    path.write_text(json.dumps({**totals, "databases": each}, indent=1) + "\n")


def _say(words: str) -> None:
    print(f"crash: {words}", flush=True)

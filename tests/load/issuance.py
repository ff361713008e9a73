"""`make bench-issuance`: from an accepted payment to the certificate, beside the centre's own time.

Writes `var/bench/issuance.json`: figures, baselines, variants made worse on purpose, raw samples.
The sandbox runs with `--fast`, so that what is measured is ours. Times are the best of three.

`soap_overhead_ms` ends when the kiosk is told that the certificate is there: fetched, its digest
and signature checked, stored. The baseline asks the centre the same two questions, bare.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from queue_server.issuance import tables
from tests.load.bench import Step, run
from tests.load.client import quantile
from tests.load.issuing import BareClient, Kiosk, Office, office
from tests.support.crowd_of_applications import accepted
from tests.support.site import REPOSITORY, Site

BARS = {
    "soap_overhead_ms": ("<=", 40),
    "backlog_1000_s": ("<=", 60),
    "applications_per_s": (">=", 30),
    "rss_growth_mb_10k_calls": ("<=", 10),
    "auc_lowest": (">=", 0.45),
    "auc_highest": ("<=", 0.55),
}
SLOW, TELLING = "tests.load.slow_relay", "tests.load.telling"
ROUNDS, SAMPLES, BACKLOG, PAIRS = 3, 60, 1000, 1000
KIOSKS, EACH = 6, 60
FIRST_PERSON = 20  # the ones before are for other tests


def main() -> None:
    """Measure everything; say of each figure whether it holds its bar."""
    samples: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps: list[Step] = [
            ("overhead", lambda: _overhead(folder / "overhead", samples)),
            ("throughput", lambda: _throughput(folder / "throughput", samples)),
            ("backlog", lambda: _backlog(folder / "backlog", samples)),
            ("memory", lambda: _memory(folder / "memory", samples)),
            ("with a record and without", lambda: _pairs(folder / "pairs", samples)),
            ("variants made worse on purpose", lambda: _worse(folder, samples)),
        ]
        run("issuance", BARS, steps, samples)


# --- how long one person waits -------------------------------------------------------------------
def _overhead(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    with office(folder, FIRST_PERSON + 2 * ROUNDS * SAMPLES) as made:
        ours, bare = _one_by_one(made, ROUNDS, SAMPLES)
    samples["overhead_ms"] = {"ours": ours, "bare": bare}
    over = [
        quantile(mine, 0.5) - quantile(base, 0.5) for mine, base in zip(ours, bare, strict=True)
    ]
    return {
        "soap_overhead_ms": round(min(over), 1),
        "issued_p50_ms": round(min(quantile(each, 0.5) for each in ours), 1),
        "issued_p95_ms": round(min(quantile(each, 0.95) for each in ours), 1),
        "centre_p50_ms": round(min(quantile(each, 0.5) for each in bare), 1),
    }


def _one_by_one(
    made: Office, rounds: int, count: int
) -> tuple[list[list[float]], list[list[float]]]:
    """From the answer to a payment until the kiosk sees the certificate, and the centre's own
    time for the same two questions, in ms; one after the other, in turns."""
    kiosk, bare_client = Kiosk(made.site, "A01"), BareClient(made.centre)
    people = iter(range(FIRST_PERSON, FIRST_PERSON + 2 * rounds * count + 5))
    for _ in range(2):
        kiosk.until_issued(kiosk.apply(next(people)))
    ours: list[list[float]] = [[] for _ in range(rounds)]
    bare: list[list[float]] = [[] for _ in range(rounds)]
    for place in range(rounds * count):
        application = kiosk.register(FIRST_PERSON + place)
        kiosk.pay(application)
        began = time.perf_counter()
        kiosk.until_issued(application)
        ours[place // count].append((time.perf_counter() - began) * 1000)
        bare[place // count].append(bare_client.certificate(FIRST_PERSON + rounds * count + place))
    return ours, bare


# --- how many an hour ----------------------------------------------------------------------------
def _throughput(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    rates = []
    for number in range(ROUNDS):
        with office(folder / str(number), FIRST_PERSON + KIOSKS * EACH) as made:
            rates.append(_as_fast_as_it_goes(made, KIOSKS, EACH))
    samples["applications_per_s"] = rates
    return {"applications_per_s": round(max(rates), 1)}


def _as_fast_as_it_goes(made: Office, count: int, each: int) -> float:
    """Kiosks in closed loops hand over paid applications; until the last one is issued."""
    kiosks = [Kiosk(made.site, f"B{number:02d}") for number in range(count)]

    def work(place: int) -> None:
        for number in range(each):
            kiosks[place].apply(FIRST_PERSON + place * each + number)

    began = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))
    _until_issued(made.site, count * each)
    return count * each / (time.perf_counter() - began)


def _until_issued(site: Site, count: int, deadline_s: float = 300.0) -> None:
    """Until that many certificates are here. Raises TimeoutError."""
    rows, database = tables.applications.c, site.database()
    issued = select(func.count()).where(rows.state == "issued")
    ends = time.perf_counter() + deadline_s
    try:
        while database.read(lambda uow: uow.connection.execute(issued).scalar_one()) < count:
            if time.perf_counter() > ends:
                raise TimeoutError(f"not {count} issued within {deadline_s} s")
            time.sleep(0.05)
    finally:
        database.close()


def _backlog(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    took = _after_an_outage(folder, BACKLOG)
    samples["backlog_1000_s"] = took
    return {"backlog_1000_s": round(took, 1)}


def _after_an_outage(folder: Path, count: int, module: str = "queue_server") -> float:
    """The centre comes back while `count` paid applications wait: until the last is issued, s."""
    with office(folder, FIRST_PERSON + count, module=module) as made:
        made.centre.stop()
        database = made.site.database()
        accepted(database, "C01", range(FIRST_PERSON, FIRST_PERSON + count))
        database.close()
        made.centre.start()
        began = time.perf_counter()
        _until_issued(made.site, count)
        return time.perf_counter() - began


# --- memory --------------------------------------------------------------------------------------
def _memory(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    grown = _calls(folder)
    samples["rss_mb"] = grown
    return {"rss_growth_mb_10k_calls": round(grown["after"] - grown["before"], 1)}


def _calls(folder: Path, *words: str) -> dict[str, float]:
    """The resident memory of a process of ours before and after 10,000 calls, in MB."""
    folder.mkdir(parents=True, exist_ok=True)
    script = [sys.executable, "-m", "tests.load.calls", str(folder), *words]
    said = subprocess.run(script, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


# --- what can be told from outside ---------------------------------------------------------------
def _pairs(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    with office(folder, FIRST_PERSON + 2 * PAIRS) as made:
        found = _with_and_without(made, PAIRS)
    samples["pairs_ms"] = found
    curves = {name: auc(each["with"], each["without"]) for name, each in found.items()}
    return {
        "auc_lowest": round(min(curves.values()), 3),
        "auc_highest": round(max(curves.values()), 3),
        "auc": {name: round(value, 3) for name, value in curves.items()},
    }


def _with_and_without(made: Office, pairs: int) -> dict[str, dict[str, list[float]]]:
    """What takes how long for people with a record and without, in pairs in a random order."""
    kiosk, chance = Kiosk(made.site, "D01"), random.Random(1)
    names = ("check", "register", "pay", "issued", "follow")
    found: dict[str, dict[str, list[float]]] = {name: {"with": [], "without": []} for name in names}
    for pair in range(pairs):
        person = FIRST_PERSON + 2 * pair
        both = [("without", person), ("with", person + 1)]
        chance.shuffle(both)
        for group, each in both:
            for name, took in zip(names, _timed(kiosk, each), strict=True):
                found[name][group].append(took)
    return found


def _timed(kiosk: Kiosk, person: int) -> tuple[float, ...]:
    """How long each step of one application takes, in ms."""
    moments = [time.perf_counter()]
    kiosk.check(person)
    moments.append(time.perf_counter())
    application = kiosk.register(person)
    moments.append(time.perf_counter())
    kiosk.pay(application)
    moments.append(time.perf_counter())
    kiosk.until_issued(application)
    moments.append(time.perf_counter())
    kiosk.until_issued(application)
    moments.append(time.perf_counter())
    return tuple((after - before) * 1000 for before, after in pairwise(moments))


def auc(some: list[float], others: list[float]) -> float:
    """The chance that one of `some` is larger than one of `others` (Mann-Whitney): 0.5 when they
    cannot be told apart."""
    ranked = sorted((value, group) for group, each in ((1, some), (0, others)) for value in each)
    ranks, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        ranks += sum(group for _, group in ranked[place:end]) * (place + end + 1) / 2
        place = end
    return (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))


# --- what must be noticed ------------------------------------------------------------------------
def _worse(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    """The same measurements of variants made worse on purpose: they must miss their bars."""
    with office(folder / "slow", FIRST_PERSON + 200, module=SLOW) as made:
        ours, bare = _one_by_one(made, 1, 20)
    with office(folder / "slow-rate", FIRST_PERSON + KIOSKS * 20, module=SLOW) as made:
        rate = _as_fast_as_it_goes(made, KIOSKS, 20)
    backlog = _after_an_outage(folder / "slow-backlog", BACKLOG, SLOW)
    grown = _calls(folder / "leak", "--leak")
    with office(folder / "telling", FIRST_PERSON + 300, module=TELLING) as made:
        found = _with_and_without(made, 150)
    samples["worse"] = {"overhead_ms": ours, "pairs_ms": found}
    return {
        "worse_soap_overhead_ms": round(quantile(ours[0], 0.5) - quantile(bare[0], 0.5), 1),
        "worse_applications_per_s": round(rate, 1),
        "worse_backlog_1000_s": round(backlog, 1),
        "worse_rss_growth_mb_10k_calls": round(grown["after"] - grown["before"], 1),
        "worse_auc_highest": round(
            max(auc(each["with"], each["without"]) for each in found.values()), 3
        ),
    }


if __name__ == "__main__":
    threading.stack_size(256 * 1024)
    main()

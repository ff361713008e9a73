"""What 200 sites cost their hub, and how long a site's whole day takes to arrive there.

The hub is a real one: PostgreSQL, two workers, TLS. `hub_sites_200_cpu_percent` is the processor
time of all its processes, of one core; PostgreSQL's stands beside it. `hub_backlog_day_s`: from a
site's first batch until the hub holds 20,000 events of its log, with the site's own work. Each
stands beside a variant made worse on purpose that must miss its bar. `make bench-fleet` joins them
to its own figures.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from queue_server.hub_link.model import pace
from tests.load.bench import Figures, Step, run
from tests.load.hub_sites import EVERY_S
from tests.support.hub import SITE, Bench, Centre
from tests.support.postgres import postgres_server
from tests.support.site import REPOSITORY, Site
from tests.support.sites_at_hub import let_in

BARS = {"hub_sites_200_cpu_percent": ("<=", 20), "hub_backlog_day_s": ("<=", 10)}
SITES, TURNS, ROUNDS = 200, 2, 3
DAY_EVENTS, WORSE_PORTION = 20_000, 10
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
SLOWED = "tests.load.hub_slowed"


def hub_figures(samples: Figures) -> Figures:
    """Every figure of the hub; raw samples go into `samples`. Takes four minutes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            **_sites(folder / "hub", samples),
            **_worse_sites(folder / "worse", samples),
            **_backlog(folder / "backlog", samples),
        }


@dataclass
class Hub:
    """A running hub with its sites. `told`: how many batches each of them has sent."""

    site: Centre
    tokens: Path
    pids: tuple[int, ...]
    told: int = 0


@contextlib.contextmanager
def running_hub(
    folder: Path, count: int, words: tuple[tuple[str, ...], ...] = (("hub", "--workers", "2"),),
    module: str = "queue_server",
) -> Iterator[Hub]:  # fmt: skip
    """A hub that lets `count` sites in. `words`: its command lines; the last runs `module`."""
    site = Centre(folder, "postgresql")
    tokens = folder / "tokens.json"
    tokens.write_text(json.dumps(_let_in(site, *(f"S{number:03d}" for number in range(count)))))
    try:
        for each in words[:-1]:
            site.start(*each)
        site.start(*words[-1], module=module)
        site.wait_ready()
        time.sleep(2)  # what a start costs is not measured
        pids = tuple(pid for each in site.processes for pid in _family(each.pid))
        yield Hub(site, tokens, pids)
    finally:
        site.remove()


def _let_in(hub: Centre, *codes: str) -> dict[str, str]:
    database = hub.database()
    try:
        return let_in(database, codes)
    finally:
        database.close()


def _sites(folder: Path, samples: Figures) -> Figures:
    with running_hub(folder, SITES) as hub:
        rounds = samples["hub_sites_200"] = [_telling(hub) for _ in range(ROUNDS)]
    best = min(rounds, key=lambda each: each["percent"])
    return {
        "hub_sites_200_cpu_percent": best["percent"],
        "hub_postgresql_cpu_percent": best["postgresql"],
        "hub_sites_200_lost": sum(each["failed"] + each["lost"] for each in rounds),
    }


def _worse_sites(folder: Path, samples: Figures) -> Figures:
    with running_hub(folder, SITES, (("hub-jobs",), ("hub-web",)), SLOWED) as hub:
        found = samples["worse_hub_sites_200"] = _telling(hub)
    return {"worse_hub_sites_200_cpu_percent": found["percent"]}


def _telling(hub: Hub) -> Figures:
    """All sites tell; what the hub and its PostgreSQL spend meanwhile, of one core. Their first ten
    seconds, in which all of them connect and tell their whole state, are not measured."""
    authority = hub.site.folder / "tls" / "ca.pem"
    words = [sys.executable, "-m", "tests.load.hub_sites", str(hub.site.port), str(authority)]
    words += [str(hub.tokens), str(hub.told), str(1 + TURNS)]
    hub.told += 1 + TURNS
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as sites:
        time.sleep(EVERY_S + 1)
        postgres = _family(postgres_server().process.pid)
        before, behind, began = _spent_s(hub.pids), _spent_s(postgres), time.monotonic()
        time.sleep(TURNS * EVERY_S - 2)
        took = time.monotonic() - began
        spent, spent_behind = _spent_s(hub.pids) - before, _spent_s(postgres) - behind
        said, _ = sites.communicate(timeout=60)
    return {
        "percent": round(spent / took * 100, 2),
        "postgresql": round(spent_behind / took * 100, 2),
        **json.loads(said),
    }


def _backlog(folder: Path, samples: Figures) -> Figures:
    took = samples["hub_backlog_day_s"] = [
        _day_s(folder / f"{number}", pace.MOST_AT_ONCE) for number in range(ROUNDS)
    ]
    worse = samples["worse_hub_backlog_day_s"] = [_day_s(folder / "worse", WORSE_PORTION)]
    return {"hub_backlog_day_s": min(took), "worse_hub_backlog_day_s": min(worse)}


def _day_s(folder: Path, portion: int, count: int = DAY_EVENTS) -> float:
    """How long a day's events of one site take to its hub, at most `portion` a batch."""
    with running_hub(folder / "hub", 0) as hub:
        token = _let_in(hub.site, SITE)[SITE]
        site = Site(folder / "site")
        authority = (hub.site.folder / "tls" / "ca.pem").read_text()
        bench = Bench(site, hub.site.url, authority, token)
        try:
            bench.happen(count)
            before = pace.MOST_AT_ONCE
            pace.MOST_AT_ONCE = portion  # type: ignore[misc]
            link = bench.new_link(hub.site.url)
            began = time.perf_counter()
            while link.turn():
                pass
            took = time.perf_counter() - began
            pace.MOST_AT_ONCE = before  # type: ignore[misc]
            link.stop()
            _check_all_there(hub.site, bench)
        finally:
            bench.close()
            site.remove()
    return round(took, 2)


def _check_all_there(hub: Centre, bench: Bench) -> None:
    there = hub.events_of(SITE)
    if there != bench.ids():
        raise RuntimeError(f"the hub holds {len(there)} events, the site {len(bench.ids())}")


def _family(pid: int) -> tuple[int, ...]:
    """A process and all that descend from it."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return (pid, *(each for child in children for each in _family(child)))


def _spent_s(pids: tuple[int, ...]) -> float:
    return sum(map(_cpu_s, pids))


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def main() -> None:
    """Measure the hub alone."""
    samples: Figures = {}
    steps: list[Step] = [("the hub of 200 sites", lambda: hub_figures(samples))]
    run("hub", BARS, steps, samples)


if __name__ == "__main__":
    main()

"""`make bench-turns`: the queue measured beside a bare handler of the same run.

Writes `var/bench/turns.json`: figures, baselines, the slowed variant and every raw sample.
Ratios are the best of three rounds; rounds of ours and of the bare handler alternate.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.load import days
from tests.load.bench import Step, run
from tests.load.client import Client, durations_ms, per_second, quantile
from tests.load.crowd import COUNTERS, SERVICE, furnish, kiosks, operators, people_wait, rss_mb
from tests.load.displays import Display, call_to_displays_ms
from tests.load.hosted import hosted_sites
from tests.support.site import Site, free_port

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS, SECONDS, CALLS = 3, 4.0, 60
DISPLAYS, CUT_S, CUT_EVENTS = 20, 30.0, 2000
BARS = {
    "issue_ratio": (">=", 0.2),
    "duplicates": ("<=", 0),
    "call_p95_ratio": ("<=", 3.5),
    "call_growth_100k": ("<=", 1.5),
    "display_p95_ms": ("<=", 50),
    "display_lost": ("<=", 0),
    "display_catch_up_s": ("<=", 2),
    "pg_double_calls": ("<=", 0),
    "pg_skipped": ("<=", 0),
    "pg_p99_ms": ("<=", 200),
    "estimate_coverage": (">=", 0.8),
    "estimate_width_ratio": ("<=", 1),
    "rss_mb": ("<=", 120),
    "start_s": ("<=", 2),
}


def main() -> None:
    """Measure everything; say of each figure whether it holds its bar."""
    samples: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps: list[Step] = [
            ("start and issue", lambda: _issue(folder / "issue", samples)),
            ("call next", lambda: _call(folder / "call", samples)),
            ("displays", lambda: _displays(folder / "displays", samples)),
            ("slowed variant", lambda: _slowed(folder / "slowed", samples, figures)),
            ("many sites on PostgreSQL", lambda: hosted_sites(folder / "hosted", samples)),
            ("estimates", lambda: _estimates(samples)),
        ]
        run("turns", BARS, steps, samples, figures)


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    """The bare handler; its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    words = [sys.executable, "-m", "tests.load.bare", str(folder / "bare.db"), str(port)]
    process = subprocess.Popen(words, cwd=REPOSITORY)
    try:
        _until_answers(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def _until_answers(port: int) -> float:
    """How long until something answers on the port, s. Raises TimeoutError after 20."""
    began = time.perf_counter()
    while time.perf_counter() - began < 20:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/health", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.005)
        else:
            return time.perf_counter() - began
    raise TimeoutError(f"nobody answers on port {port}")


@contextmanager
def _site(folder: Path, module: str = "queue_server") -> Iterator[tuple[Site, float, int]]:
    """A furnished site with a running web worker, its start time (s) and process id."""
    site = Site(folder)
    database = site.database()
    furnish(database, "PRUEBA")
    database.close()
    config = str(folder / "server.toml")
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--config", config, "web"], cwd=REPOSITORY
    )
    try:
        yield site, _until_answers(site.port), process.pid
    finally:
        process.terminate()
        process.wait(timeout=10)
        site.remove()


def _operators(site: Site) -> list[Client]:
    database = site.database()
    try:
        return operators(database, "PRUEBA", site.port)
    finally:
        database.close()


def _fill(site: Site, count: int) -> None:
    database = site.database()
    people_wait(database, "PRUEBA", count)
    database.close()


def _issue(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    starts, ours, bares, numbers = [], [], [], []

    def take(client: Client) -> None:
        answer = client.post("/api/v1/tickets", {"service": SERVICE})
        assert answer.status == 201, answer
        numbers.append(answer.body["number"])

    for _ in range(ROUNDS - 1):
        with _site(folder / f"start{len(starts)}") as (_, start_s, _):
            starts.append(start_s)
    with _bare(folder) as port, _site(folder / "ours") as (site, start_s, pid):
        starts.append(start_s)
        takers, plain = kiosks(site, 8), [Client(port) for _ in range(8)]
        for _ in range(ROUNDS):
            bares.append(per_second(plain, SECONDS, _take_bare))
            ours.append(per_second(takers, SECONDS, take))
        memory = rss_mb(pid)
    samples["issue"] = {"ours_per_s": ours, "bare_per_s": bares, "start_s": starts}
    return {
        "issue_ratio": round(max(mine / bare for mine, bare in zip(ours, bares, strict=True)), 3),
        "issue_per_s": round(max(ours), 1),
        "bare_issue_per_s": round(max(bares), 1),
        "duplicates": len(numbers) - len(set(numbers)),
        "rss_mb": memory,
        "start_s": round(min(starts), 2),
    }


def _take(client: Client) -> None:
    client.post("/api/v1/tickets", {"service": SERVICE})


def _take_bare(client: Client) -> None:
    client.post("/tickets", {"service": "x"})


def _call_next(counter: str) -> Callable[[Client], Callable[[], object]]:
    def work(client: Client) -> Callable[[], object]:
        ticket = client.post(f"/api/v1/counters/{counter}/call-next").body["ticket_id"]
        return lambda: client.post(f"/api/v1/tickets/{ticket}/finish")

    return work


def _all_counters(clients: list[Client], times: int) -> list[float]:
    """Each operator at a counter of its own, in a closed loop."""
    work = {id(client): _call_next(f"W{place}") for place, client in enumerate(clients, 1)}
    return durations_ms(clients, times, lambda client: work[id(client)](client))


def _bare_call(client: Client) -> Callable[[], object]:
    number = client.post("/call-next").body["number"]
    return lambda: client.post(f"/tickets/{number}/finish")


def _call(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    ours, bares = [], []
    with _bare(folder) as port, _site(folder / "ours") as (site, _, pid):
        plain, staff = [Client(port) for _ in range(COUNTERS)], _operators(site)
        for _ in range(ROUNDS):
            for _ in range(1000):
                plain[0].post("/tickets", {"service": "x"})
            _fill(site, 1000)
            bares.append(durations_ms(plain, CALLS, _bare_call))
            ours.append(_all_counters(staff, CALLS))
        _fill(site, 100_000)
        crowded = [_all_counters(staff, CALLS) for _ in range(ROUNDS)]
        memory = rss_mb(pid)
    samples["call_ms"] = {"ours": ours, "bare": bares, "ours_100k": crowded}
    p95 = [quantile(each, 0.95) for each in ours]
    bare = [quantile(each, 0.95) for each in bares]
    many = [quantile(each, 0.95) for each in crowded]
    return {
        "call_p95_ms": round(min(p95), 2),
        "bare_call_p95_ms": round(min(bare), 2),
        "call_p95_ratio": round(min(mine / base for mine, base in zip(p95, bare, strict=True)), 2),
        "call_growth_100k": round(min(many) / min(p95), 2),
        "rss_100k_mb": memory,
    }


def _listen(site: Site, staff: list[Client], after: int) -> list[Display]:
    cookie = staff[0].headers["Cookie"]
    displays = [Display(site.port, cookie, after) for _ in range(DISPLAYS)]
    for each in displays:
        assert each.listening.wait(10), "a display did not get the feed"
    time.sleep(0.3)
    return displays


def _displays(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    with _site(folder) as (site, _, _):
        staff, issuers = _operators(site), kiosks(site, 1)
        _fill(site, 400)
        displays = _listen(site, staff, _newest(site))
        rounds = [call_to_displays_ms(staff[0], "W1", displays, 60) for _ in range(ROUNDS)]
        lost, caught_up_s = _cut(site, staff, issuers[0], displays)
    samples["display_ms"] = rounds
    return {
        "display_p95_ms": round(min(quantile(each, 0.95) for each in rounds), 1),
        "display_lost": lost,
        "display_catch_up_s": round(caught_up_s, 2),
    }


def _newest(site: Site) -> int:
    database = site.database()
    newest = database.read(lambda uow: uow.last_event_id("PRUEBA"))
    database.close()
    return newest


def _cut(
    site: Site, staff: list[Client], kiosk: Client, displays: list[Display]
) -> tuple[int, float]:
    """Every display loses its line for 30 s while 2,000 things happen; events lost of 20 × 2,000,
    and how long after the line is back the last display has everything."""
    for each in displays:
        each.cut()
    before = _newest(site)
    began = time.perf_counter()
    for place in range(CUT_EVENTS):
        kiosk.post("/api/v1/tickets", {"service": SERVICE})
        ahead = (place + 1) * CUT_S / CUT_EVENTS - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)
    newest = _newest(site)
    back = time.perf_counter()
    again = [Display(site.port, staff[0].headers["Cookie"], before) for _ in displays]
    ends = back + 10
    while any(each.last < newest for each in again) and time.perf_counter() < ends:
        time.sleep(0.005)
    caught_up_s = max(max(each.seen.values(), default=ends) for each in again) - back
    lost = sum(newest - before - len(each.seen) for each in again)
    for each in again:
        each.cut()
    return lost, caught_up_s


def _slowed(folder: Path, samples: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    """The same measurements against a worker made slow on purpose: they must miss their bars."""
    with _site(folder, "tests.load.slowed") as (site, _, _):
        takers, staff = kiosks(site, 8), _operators(site)
        issued = per_second(takers, SECONDS, _take)
        called = _all_counters(staff, 15)
        displays = _listen(site, staff, _newest(site))
        shown = call_to_displays_ms(staff[0], "W1", displays, 20)
    samples["slowed"] = {"issue_per_s": issued, "call_ms": called, "display_ms": shown}
    slow = {
        "worse_issue_ratio": round(issued / figures["bare_issue_per_s"], 3),
        "worse_call_p95_ratio": round(quantile(called, 0.95) / figures["bare_call_p95_ms"], 2),
        "worse_display_p95_ms": round(quantile(shown, 0.95), 1),
    }
    return slow


def _estimates(samples: dict[str, Any]) -> dict[str, Any]:
    measured = days.measure()
    samples["estimates"] = measured
    return {name: measured[name] for name in ("estimate_coverage", "estimate_width_ratio")}


if __name__ == "__main__":
    threading.stack_size(256 * 1024)
    main()

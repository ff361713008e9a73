"""`make bench-fleet`: what a site of 300 kiosks costs its server, and how soon a fault is seen.

Writes `var/bench/fleet.json`. Server and kiosks are processes of their own and speak TLS. Each
figure is the best of three, beside a variant made worse on purpose that must miss its bar.
`kiosks_300_cpu_percent` is all that the server (web worker and jobs, with a centre and a mail
server to look after) spends of one core while 300 kiosks are connected.
`kiosks_300_heartbeats_percent` is how much of it is theirs, beyond what it spends without them
(`server_idle_percent`).
"""

import contextlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from kiosk.heartbeat import EVERY_S
from tests.load.bench import Figures, Step, run
from tests.load.fleet_fault import faults_ms
from tests.load.fleet_site import furnish
from tests.load.hub import BARS as HUB_BARS
from tests.load.hub import hub_figures
from tests.support.centre import Centre, Mailbox, backend_toml, running
from tests.support.site import REPOSITORY, Site, running_site

BARS = {
    "metrics_ms": ("<=", 200),
    "kiosks_300_cpu_percent": ("<=", 10),
    "fault_to_page_ms": ("<=", 3000),
}
KIOSKS, ROUNDS = 300, 3
SCRAPES = 10
TURNS = 2
FAULTS, WORSE_FAULTS = 10, 2
IDLE_S = 10.0
TOKEN = "token-inventado-para-el-banco-de-pruebas"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
SLOWED = "tests.load.fleet_slowed"


def main() -> None:
    """Measure everything; say of each figure whether it holds its bar."""
    samples: Figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps: list[Step] = [
            ("300 kiosks at rest, and their figures", lambda: _fleet(folder / "fleet", samples)),
            ("the same, made worse", lambda: _worse_fleet(folder / "worse", samples)),
            ("faults on the page", lambda: _faults(folder / "faults", samples)),
            ("the hub of 200 sites", lambda: hub_figures(samples)),
        ]
        run("fleet", {**BARS, **HUB_BARS}, steps, samples)


@dataclass
class Fleet:
    """A running server with its kiosks. `pids`: jobs and web worker. `told`: the number of the last
    heartbeat of each kiosk."""

    site: Site
    tokens: Path
    pids: tuple[int, int]
    told: int = 0


@contextlib.contextmanager
def _running(folder: Path, module: str = "queue_server") -> Iterator[Fleet]:
    folder.mkdir()
    centre, mailbox = Centre(folder), Mailbox(folder)
    settings = f'metrics_token = "{TOKEN}"\n{backend_toml(centre, mailbox)}'
    with running(centre, mailbox), _site(folder / "site", settings, module) as fleet:
        yield fleet


@contextlib.contextmanager
def _site(folder: Path, settings: str, module: str) -> Iterator[Fleet]:
    site = Site(folder, settings, tls=True)
    try:
        tokens = folder / "tokens.json"
        tokens.write_text(json.dumps(furnish(site, KIOSKS)))
        jobs = site.start("jobs")
        web = site.start("web", module=module)
        site.wait_ready()
        time.sleep(2)  # what a start costs is not measured
        yield Fleet(site, tokens, (jobs.pid, web.pid))
    finally:
        site.remove()


def _fleet(folder: Path, samples: Figures) -> Figures:
    with _running(folder) as fleet:
        idle = _spent_percent(fleet, IDLE_S)
        rounds = [(_beating(fleet, idle), _scraped_ms(fleet)) for _ in range(ROUNDS)]
        size = _size_kib(fleet)
    cpu = samples["kiosks_300"] = [each for each, _ in rounds]
    scraped = samples["metrics_ms"] = [each for _, each in rounds]
    return {
        "kiosks_300_cpu_percent": min(each["whole"] for each in cpu),
        "kiosks_300_heartbeats_percent": min(each["heartbeats"] for each in cpu),
        "server_idle_percent": idle,
        "kiosks_300_lost": sum(each["failed"] for each in cpu),
        "metrics_ms": min(median(each) for each in scraped),
        "metrics_kib": size,
    }


def _worse_fleet(folder: Path, samples: Figures) -> Figures:
    with _running(folder, SLOWED) as fleet:
        idle = _spent_percent(fleet, IDLE_S)
        cpu = samples["worse_kiosks_300"] = _beating(fleet, idle)
        scraped = samples["worse_metrics_ms"] = _scraped_ms(fleet)
    return {"worse_kiosks_300_cpu_percent": cpu["whole"], "worse_metrics_ms": median(scraped)}


def _beating(fleet: Fleet, idle_percent: float) -> Figures:
    """All kiosks beat; what web worker and jobs spend meanwhile, of one core, and how much of it is
    the kiosks'. Their first ten seconds, in which all of them connect, are not measured."""
    authority = fleet.site.folder / "tls" / "ca.pem"
    words = [sys.executable, "-m", "tests.load.fleet_kiosks", str(fleet.site.port)]
    words += [str(authority), str(fleet.tokens), str(fleet.told + 1), str(1 + TURNS)]
    fleet.told += 1 + TURNS
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as kiosks:
        time.sleep(EVERY_S + 1)
        whole = _spent_percent(fleet, TURNS * EVERY_S - 2)
        said, _ = kiosks.communicate(timeout=60)
    return {"whole": whole, "heartbeats": round(whole - idle_percent, 2), **json.loads(said)}


def _spent_percent(fleet: Fleet, seconds: float) -> float:
    """What web worker and jobs spend in so many seconds from now, of one core."""
    before, began = sum(map(_cpu_s, fleet.pids)), time.monotonic()
    time.sleep(seconds)
    return round((sum(map(_cpu_s, fleet.pids)) - before) / (time.monotonic() - began) * 100, 2)


def _scraped_ms(fleet: Fleet) -> list[float]:
    """Right after the kiosks were heard: a silent one says little."""
    with _client(fleet) as http:
        http.get("/metrics").raise_for_status()
        took = []
        for _ in range(SCRAPES):
            began = time.perf_counter()
            answer = http.get("/metrics").raise_for_status()
            took.append(round((time.perf_counter() - began) * 1000, 1))
            if len(answer.content) < KIOSKS * 8 * 1024:
                raise RuntimeError("the kiosks fell silent: their devices are not in the figures")
    return took


def _size_kib(fleet: Fleet) -> int:
    with _client(fleet) as http:
        return len(http.get("/metrics").content) // 1024


def _client(fleet: Fleet) -> httpx.Client:
    believed = ssl.create_default_context(cafile=str(fleet.site.folder / "tls" / "ca.pem"))
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    return httpx.Client(
        base_url=fleet.site.url, headers=headers, verify=believed, trust_env=False, timeout=30
    )


def _faults(folder: Path, samples: Figures) -> Figures:
    with running_site(folder / "site") as site:
        took = samples["fault_to_page_ms"] = faults_ms(folder / "kiosk", site, FAULTS)
    with running_site(folder / "worse-site") as site:
        worse = faults_ms(folder / "worse-kiosk", site, WORSE_FAULTS, worse=True)
    samples["worse_fault_to_page_ms"] = worse
    return {
        "fault_to_page_ms": max(took),
        "fault_to_page_p50_ms": round(median(took), 1),
        "worse_fault_to_page_ms": max(worse),
    }


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


if __name__ == "__main__":
    main()

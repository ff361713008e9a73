"""`make bench`: tickets a second through the real transaction, beside the bare handler.

Writes `var/bench/spine.json` with every sample. A figure is a ratio, best of three.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.support.site import KioskHttp, Site, StaffHttp, free_port, running_site

REPOSITORY = Path(__file__).resolve().parents[2]
CLIENTS, SECONDS, ROUNDS, CALLS = 8, 4.0, 3, 100


def main() -> None:
    """Run every measurement and print each figure beside its baseline."""
    with tempfile.TemporaryDirectory() as folder:
        bare = [_bare(Path(folder) / f"bare{number}.db") for number in range(ROUNDS)]
        with running_site(Path(folder) / "site") as site:
            kiosk, staff = site.kiosk(), site.staff()
            ours = [_rate(lambda: _issue(kiosk)) for _ in range(ROUNDS)]
            calls = sorted(_call_ms(kiosk, staff) for _ in range(CALLS))
            rss = _rss_mb(site)
    figures = {
        "issue_per_s": round(max(ours), 1),
        "bare_per_s": round(max(bare), 1),
        "issue_ratio": round(max(ours) / max(bare), 3),
        "call_p50_ms": round(statistics.median(calls), 2),
        "call_p95_ms": round(calls[int(CALLS * 0.95)], 2),
        "web_rss_mb": rss,
        "samples": {"issue_per_s": ours, "bare_per_s": bare, "call_ms": calls},
    }
    path = REPOSITORY / "var" / "bench" / "spine.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    for name, value in figures.items():
        if name != "samples":
            print(f"bench: {name:14} {value}")


def _bare(database: Path) -> float:
    port = free_port()
    words = [sys.executable, "-m", "tests.load.bare", str(database), str(port)]
    process = subprocess.Popen(words, cwd=REPOSITORY)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            _until_listening(http)
            return _rate(lambda: http.post("/tickets", json={"service": "x"}))
    finally:
        process.terminate()
        process.wait(timeout=10)


def _until_listening(http: httpx.Client) -> None:
    for _ in range(500):
        with contextlib.suppress(httpx.HTTPError):
            http.get("/")
            return
        time.sleep(0.02)
    raise TimeoutError("the bare handler did not start")


def _rate(work: Callable[[], object]) -> float:
    """How often a second `CLIENTS` clients in a closed loop get `work` done."""
    stop = threading.Event()

    def loop() -> int:
        done = 0
        while not stop.is_set():
            work()
            done += 1
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        loops = [pool.submit(loop) for _ in range(CLIENTS)]
        time.sleep(SECONDS)
        stop.set()
        total = sum(each.result() for each in loops)
    return total / (time.perf_counter() - began)


def _issue(kiosk: KioskHttp) -> None:
    answer = kiosk.issue("information")
    assert answer.status_code == 201, answer.text


def _call_ms(kiosk: KioskHttp, staff: StaffHttp) -> float:
    _issue(kiosk)
    began = time.perf_counter()
    called = staff.call_next()
    took = (time.perf_counter() - began) * 1000
    staff.finish(called.json()["ticket_id"])
    return took


def _rss_mb(site: Site) -> float:
    status = Path(f"/proc/{site.processes[0].pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()

"""`make bench-kiosk`: how fast the screen is, what it costs, and how long a certificate takes.

Writes `var/bench/kiosk.json`. Drawn offscreen in software; the kiosk, its server, its devices and
the centre are the real programs (the centre with PDFs signed beforehand), each a process of its
own. Each figure is the best of three, beside a variant made worse on purpose that must miss its
bar.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from deploy.demo.applicant import Applicant
from deploy.demo.people import JUAN, MARTA, ROSA
from deploy.demo.place import LOOPBACK, Place, prepare
from deploy.demo.processes import Processes
from deploy.demo.product import product
from devices.control import ask
from tests.load.bench import Figures, Step, run
from tests.load.certificate_visit import Visit, certificate_visit
from tests.load.letting_in import let_in
from tests.load.person import middle_s, modelled_s, paces
from tests.support.site import REPOSITORY

BARS = {
    "first_frame_s": ("<=", 1.5),
    "touch_to_pressed_p99_ms": ("<=", 100),
    "idle_cpu_percent": ("<=", 3),
    "rss_mb": ("<=", 220),
    "rss_growth_percent_2000_sessions": ("<=", 5),
    "certificate_touches": ("<=", 10),
    "certificate_typed_screens": ("<=", 2),
    "certificate_machine_s": ("<=", 3),
    "modelled_person_s": ("<=", 90),
}
ROUNDS = 3
APPLICANTS = (JUAN, MARTA, ROSA)
PRESSES = 300
SESSIONS = 2000
IDLE_S = 20.0
START_S = 30.0
SETTLE_S = 2.0
MANY_BUFFERS = "8"
"""Threads of the software renderer, each with buffers of its own (ADR 16)."""
SLOW_PRESS_S = 0.12
DAWDLE_MS = 2000
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure everything; say of each figure whether it holds its bar."""
    samples: Figures = {}
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as name, screen() as host:
        folder = Path(name)
        steps: list[Step] = [
            ("a finger on a button", lambda: _pressed(host, samples)),
            ("the whole product", lambda: _product(folder / "product", samples)),
            ("a terminal that dawdles", lambda: _dawdling(folder / "dawdling", samples)),
            ("a screen that draws at rest", lambda: _restless(host, samples)),
            (f"{SESSIONS} visits", lambda: _sessions(host, samples)),
        ]
        run("kiosk", BARS, steps, samples, figures)


# --- the screen alone ----------------------------------------------------------------------------
class Screen:
    """The process that measures a screen from inside."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, line: str) -> Any:
        """What it answers to `line`. Raises RuntimeError when it ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the screen ended at {line!r}")
        return json.loads(answer)


@contextlib.contextmanager
def screen() -> Iterator[Screen]:
    """A screen of its own."""
    words = [sys.executable, "-m", "tests.load.screen_host"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the screen did not start")
        yield Screen(process)
        process.stdin.close()


def _pressed(host: Screen, samples: Figures) -> Figures:
    rounds = [host.ask(f"pressed {PRESSES}") for _ in range(ROUNDS)]
    samples["touch_to_pressed_ms"] = rounds
    with screen() as slow:
        worse = slow.ask(f"pressed {PRESSES // 4} {SLOW_PRESS_S}")
    samples["worse_touch_to_pressed_ms"] = worse
    return {
        "touch_to_pressed_p99_ms": min(_p99(each) for each in rounds),
        "worse_touch_to_pressed_p99_ms": _p99(worse),
    }


def _restless(host: Screen, samples: Figures) -> Figures:
    spent = samples["worse_idle_cpu_s"] = host.ask("idle 5 restless")
    return {"worse_idle_cpu_percent": round(spent / 5 * 100, 1)}


def _sessions(host: Screen, samples: Figures) -> Figures:
    warm = host.ask(f"sessions {SESSIONS // 20}")[-1]
    seen = samples["rss_mib_of_sessions"] = host.ask(f"sessions {SESSIONS}")
    with screen() as leaking:
        before = leaking.ask("sessions 10")[-1]
        after = leaking.ask(f"sessions {SESSIONS // 10} leak")[-1]
    return {
        "rss_growth_percent_2000_sessions": _growth(warm, seen[-1]),
        "worse_rss_growth_percent_2000_sessions": _growth(before, after),
    }


# --- the product ---------------------------------------------------------------------------------
def _product(folder: Path, samples: Figures) -> Figures:
    place = prepare(folder)
    with product(place, fast=True) as processes:
        person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
        let_in(person, place)
        visits = [certificate_visit(place, each) for each in APPLICANTS]
        rss, peak = _resident_mb(processes), processes.peak_rss_mb()["kiosk"]
        starts = samples["first_frame_s"] = [_start(processes, place) for _ in range(ROUNDS)]
        worse = samples["worse_first_frame_s"] = [_start(processes, place, *_UNCOMPILED)]
        _start(processes, place)
        person.waits_for("welcome")
        idle = samples["idle_cpu_percent"] = [_idle_percent(processes) for _ in range(ROUNDS)]
        os.environ["LP_NUM_THREADS"] = MANY_BUFFERS
        try:
            _start(processes, place)
            person.waits_for("welcome")
            worse_rss = _resident_mb(processes)
        finally:
            del os.environ["LP_NUM_THREADS"]
    return {
        "first_frame_s": min(starts),
        "worse_first_frame_s": min(worse),
        "idle_cpu_percent": min(idle),
        "rss_mb": rss,
        "rss_peak_mb": peak,
        "worse_rss_mb": worse_rss,
        **_certificate(visits, samples),
    }


def _dawdling(folder: Path, samples: Figures) -> Figures:
    place = prepare(folder)
    with product(place, fast=True):
        let_in(Applicant(place.ports.kiosk, place.ports.reader, place.screens), place)
        ask((LOOPBACK, place.ports.terminal_control), f"delay {DAWDLE_MS}")
        visit = certificate_visit(place, JUAN)
    worse = samples["worse_certificate_machine_s"] = round(visit.machine_s, 2)
    return {"worse_certificate_machine_s": worse}


def _certificate(visits: list[Visit], samples: Figures) -> Figures:
    samples["certificate_machine_s"] = [round(each.machine_s, 2) for each in visits]
    visit = min(visits, key=lambda each: each.machine_s)
    people = modelled_s(visit.steps, visit.machine_s, paces())
    thorough = modelled_s(visit.steps, visit.machine_s, paces(reads_all=True))
    samples["certificate_steps"] = [{"words": each.words, "act": each.act} for each in visit.steps]
    samples["modelled_person_s"] = [round(each, 1) for each in people]
    slow = [each for each in visit.steps for _ in range(2)]  # every screen asks twice
    return {
        "certificate_touches": visit.touches,
        "certificate_typed_screens": visit.typed_screens,
        "certificate_machine_s": round(visit.machine_s, 2),
        "modelled_person_s": round(middle_s(visit.steps, visit.machine_s), 1),
        "modelled_person_p90_s": round(quantiles(people, n=10)[-1], 1),
        "modelled_reader_of_all_s": round(median(thorough), 1),
        "worse_modelled_person_s": round(middle_s(slow, visit.machine_s), 1),
    }


_UNCOMPILED = ("-X", "pycache_prefix=/nonexistent", "-B")
"""Python options: every module is compiled anew at this start."""


def _start(processes: Processes, place: Place, *options: str) -> float:
    """Seconds from the kiosk's start as a process until it tells that it drew (sd_notify(3))."""
    processes.stop("kiosk")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        address = place.run / "notify"
        address.unlink(missing_ok=True)
        told.bind(str(address))
        told.settimeout(START_S)
        os.environ["NOTIFY_SOCKET"] = str(address)
        words = ("-m", "kiosk", "--config", str(place.run / "kiosk.toml"), "--offscreen")
        try:
            began = time.monotonic()
            processes.start("kiosk", *options, *words, "--remote", str(place.ports.kiosk))
            while b"READY=1" not in told.recv(256):
                pass
            return round(time.monotonic() - began, 3)
        finally:
            del os.environ["NOTIFY_SOCKET"]


def _resident_mb(processes: Processes) -> float:
    """The kiosk's resident memory, once what a visit left is given back."""
    time.sleep(SETTLE_S)
    pages = int(Path(f"/proc/{processes.pid('kiosk')}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _idle_percent(processes: Processes) -> float:
    """Of one core, while nobody is there: screen, devices and connection together."""
    before = _cpu_s(processes.pid("kiosk"))
    time.sleep(IDLE_S)
    return round((_cpu_s(processes.pid("kiosk")) - before) / IDLE_S * 100, 2)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _p99(values: list[float]) -> float:
    return round(quantiles(values, n=100)[-1], 1)


def _growth(before: float, after: float) -> float:
    return round((after - before) / before * 100, 2)


if __name__ == "__main__":
    main()

"""From a fault in a device to the open page of the monitor: a whole kiosk, a real server.

The page hears of a change by its feed and then reads the monitor: so does this.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.heartbeat import Heartbeat
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, StaffHttp

DEADLINE_S = 30.0
KIOSK = "M01"
COMMANDS = (("paper out", "paper full"), ("cover open", "cover closed"))


class Page:
    """The monitor, open in a browser: its feed, and its readings."""

    def __init__(self, site: Site) -> None:
        self._it: StaffHttp = site.staff("rosa", "it")
        self._news: queue.Queue[None] = queue.Queue()
        self.shown: queue.Queue[tuple[float, str]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._read_again, daemon=True).start()

    def printer(self) -> str:
        """How the printer stands there now; "" while nobody knows."""
        kiosks: list[dict[str, Any]] = self._it.http.get("/api/v1/monitor").json()["kiosks"]
        devices = [d for each in kiosks if each["name"] == KIOSK for d in each["devices"]]
        return next((each["device"] for each in devices if each["name"] == "printer"), "")

    def _listen(self) -> None:
        with (
            contextlib.suppress(Exception),
            self._it.http.stream("GET", "/api/v1/monitor/feed", timeout=DEADLINE_S) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("event: kiosk.changed"):
                    self._news.put(None)

    def _read_again(self) -> None:
        with contextlib.suppress(Exception):
            while True:
                self._news.get()
                self.shown.put((time.monotonic(), self.printer()))


def faults_ms(folder: Path, site: Site, times: int, *, worse: bool = False) -> list[float]:
    """How long each of `times` faults of a printer took to be shown.

    `worse`: by a kiosk that tells only when its ten seconds are over.
    """
    bench = Bench(folder, site, KIOSK)
    page = Page(site)
    with _only_in_time() if worse else contextlib.nullcontext(), switched_on(bench):
        _serve_until(bench, lambda: page.printer() == "online", every_s=0.2)
        return [_one_ms(bench, page, *COMMANDS[each % 2]) for each in range(times)]


def _one_ms(bench: Bench, page: Page, command: str, undo: str) -> float:
    while not page.shown.empty():
        page.shown.get()
    began = time.monotonic()
    bench.printer.obey(command)
    shown_at = _shown(bench, page, lambda state: state != "online")
    bench.printer.obey(undo)
    _shown(bench, page, lambda state: state == "online")
    return round((shown_at - began) * 1000, 1)


def _shown(bench: Bench, page: Page, wanted: Any) -> float:
    """When the page first showed it."""
    ends = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends:
        bench.live.runner.drain(0.01)
        with contextlib.suppress(queue.Empty):
            at, state = page.shown.get_nowait()
            if wanted(state):
                return at
    raise TimeoutError("the page never showed it")


def _serve_until(bench: Bench, done: Any, every_s: float) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError("the kiosk is not on the monitor")
        bench.live.runner.drain(every_s)


@contextlib.contextmanager
def _only_in_time() -> Iterator[None]:
    original = Heartbeat.beat

    def when_due(self: Heartbeat) -> None:
        if self._monotonic() >= self._next:  # pyright: ignore[reportPrivateUsage]
            original(self)

    Heartbeat.beat = when_due
    try:
        yield
    finally:
        Heartbeat.beat = original

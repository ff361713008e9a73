"""One simulated ID-003 validator, its driver under a supervisor, its book, and its reports."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devices.id003.simulator import Id003Simulator
from devices.kinds.cash_acceptor import NoteHeld
from devices.link import Link
from tests.support import cash_bench
from tests.support.cash_bench import WAIT_S, CashBench
from tests.support.credit_book import Book

SERIAL = "bill-id003"
PATIENCE = {
    "devices.id003.acceptor.POLL_S": 0.4,
    "devices.id003.acceptor.RESEND_S": 0.1,
    "devices.id003.acceptor.BOOK_RETRY_S": 0.05,
    "devices.id003.acceptor.LOOK_GAP_S": 0.01,
    "devices.id003.driver.LOOK_GAP_S": 0.01,
}


class Id003Bench(CashBench):
    """A cash bench with what only this protocol has."""

    simulator: Id003Simulator  # pyright: ignore[reportIncompatibleVariableOverride]

    def insert(self, soles: int) -> None:
        """Insert a note as soon as it is drawn in."""
        self.wait_until(lambda: self.obey(f"insert note {soles}")["taken"])

    def hold(self, soles: int = 20) -> NoteHeld:
        """Insert a note and wait until it is announced."""
        self.insert(soles)
        return self.heard(NoteHeld)

    def wait_until(self, ready: Callable[[], object], seconds: float = WAIT_S) -> None:
        """Wait for something about the simulated device or the book."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, self.obey("state")
            time.sleep(0.002)

    def serves(self) -> None:
        """Wait until it takes commands, whatever it was before."""
        supervisor = self.supervisor
        assert supervisor is not None
        self.wait_until(lambda: supervisor.status.usable)

    def state(self) -> str:
        """What the validator answers to a status request."""
        return str(self.obey("state")["state"])

    def is_empty(self) -> bool:
        """Whether no note is inside."""
        return self.obey("state")["note"] is None


def make(
    folder: Path,
    recorder: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    book: Book | None = None,
    wrap: Callable[[Link], Link] = lambda link: link,
) -> Id003Bench:
    """A bench whose driver waits less for a device that is only simulated."""
    for name, seconds in PATIENCE.items():
        monkeypatch.setattr(name, seconds)
    monkeypatch.setitem(cash_bench.SIMULATORS, "id003", Id003Simulator)  # pyright: ignore[reportArgumentType]
    made = Id003Bench("id003", folder, recorder, book)
    made.wrap = wrap
    return made

"""How many slips are left on the printer's roll: counted since it was changed.

A printer says `low` and `out`, never how much is left. What a roll gives is configured
(`capacity` of the printer), or learned when one runs out.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from devices.kinds import receipt_printer
from devices.status import PaperState
from devices.supervisor import Event, StatusChanged
from kiosk.journal import Journal
from kiosk.staff.kept import KeptFile

_NEEDS_A_NEW_ONE = (PaperState.LOW, PaperState.OUT)
_PRINTED = (
    "SELECT count(*) FROM effects WHERE kind = 'print_slip' AND state = 'done' AND settled_at > ?"
)

log = structlog.get_logger("paper")


class PaperRoll:
    """Hears the printer's paper change; what it learned outlives the program."""

    def __init__(
        self,
        file: KeptFile,
        printed_since: Callable[[str], int],
        capacity: int | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        kept = file.read()
        known: dict[str, Any] = kept if isinstance(kept, dict) else {}
        self._file = file
        self._printed_since = printed_since
        self._configured = capacity
        self._now = now
        self._changed_at: str = str(known.get("changed_at", ""))
        self._learned: int | None = known.get("learned")
        self._before: str = str(known.get("paper", ""))
        self._lock = threading.Lock()

    def hear(self, news: Event) -> None:
        """A device told something."""
        if isinstance(news, StatusChanged) and news.kind == receipt_printer.KIND:
            self.see(news.status.parts.get("paper", PaperState.UNKNOWN))

    def see(self, paper: str) -> None:
        """The printer says this of its paper."""
        if paper not in (PaperState.FULL, *_NEEDS_A_NEW_ONE):
            return
        with self._lock:
            if paper == self._before:
                return
            if paper == PaperState.FULL and self._before in _NEEDS_A_NEW_ONE:
                self._changed_at = self._now().isoformat()
            if paper == PaperState.OUT and self._changed_at:
                self._learned = self._printed_since(self._changed_at) or self._learned
            self._before = paper
            self._keep()

    def _keep(self) -> None:
        row = {"changed_at": self._changed_at, "learned": self._learned, "paper": self._before}
        try:
            self._file.keep(row)
        except OSError as error:
            log.warning("the paper's count is not kept", reason=type(error).__name__)

    def row(self, device: str) -> dict[str, Any]:
        """The roll as the heartbeat carries it."""
        with self._lock:
            changed_at, paper = self._changed_at, self._before
            capacity = self._configured or self._learned
        count = None
        if paper == PaperState.OUT:
            count = 0
        elif capacity is not None and changed_at:
            count = max(0, capacity - self._printed_since(changed_at))
        return {
            "device": device,
            "name": "paper",
            "unit": "prints",
            "count": count,
            "capacity": capacity,
            "fills": False,
        }


def slips_printed(journal: Journal) -> Callable[[str], int]:
    """Counts the slips that came out after an instant (ISO 8601, UTC)."""
    return lambda since: journal.file.read(_PRINTED, (since,))[0][0]

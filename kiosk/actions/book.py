"""Which actions were taken, across restarts: nothing is begun twice, nothing is left half told."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from kiosk.actions import whole_file
from kiosk.actions.model import LONGEST, Action, Kind, Memory

FILE = "actions.json"
MOST_SEEN = 100
REMEMBERED = LONGEST + timedelta(minutes=10)

log = structlog.get_logger("actions")


@dataclass(frozen=True)
class Begun:
    """An action that began, and of which nothing was said yet."""

    id: str
    kind: Kind


@dataclass(frozen=True)
class _Kept:
    """What the file holds. `device`: whose numbers these are; another pairing counts anew."""

    device: str = ""
    highest: int = 0
    seen: tuple[tuple[str, str], ...] = ()  # id, when it expires
    begun: Begun | None = None


class ActionBook:
    """Safe from any thread. A file that cannot be read forgets nothing by mistake: what was issued
    until then is not begun."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._not_before: datetime | None = None
        self._damaged = False
        try:
            self._kept = _kept(whole_file.read(path))
        except (whole_file.Unreadable, ValueError, TypeError, KeyError) as error:
            log.error("the book of actions cannot be read", why=str(error))
            self._kept, self._damaged = _Kept(), True

    def memory(self, device: str, now: datetime | None) -> Memory:
        """What was taken by this device. `now`: the server's clock, where it is known."""
        with self._lock:
            if self._damaged and self._not_before is None:
                self._not_before = now
            if self._kept.device != device:
                return Memory(not_before=self._not_before)
            seen = frozenset(id_ for id_, _ in self._kept.seen)
            return Memory(self._kept.highest, seen, self._not_before)

    def take(self, action: Action, now: datetime) -> None:
        """Never again. On the disk when this returns. Raises OSError."""
        with self._lock:
            ours = self._kept.device == action.target.device
            lately = [
                (id_, until)
                for id_, until in (self._kept.seen if ours else ())
                if datetime.fromisoformat(until) > now - REMEMBERED
            ]
            seen = (*lately, (action.id, action.expires_at.isoformat()))[-MOST_SEEN:]
            begun = self._kept.begun
            self._write(_Kept(action.target.device, action.number, seen, begun))

    def begin(self, action: Action) -> None:
        """It is done from now on; a program cut short says so later. Raises OSError."""
        with self._lock:
            self._write(replace(self._kept, begun=Begun(action.id, action.kind)))

    def ended(self) -> None:
        """How it went is told, or in the journal. Raises OSError."""
        with self._lock:
            self._write(replace(self._kept, begun=None))

    @property
    def begun(self) -> Begun | None:
        """What began and was not told."""
        with self._lock:
            return self._kept.begun

    def _write(self, kept: _Kept) -> None:
        begun = kept.begun
        told = {
            "device": kept.device,
            "highest": kept.highest,
            "seen": [list(each) for each in kept.seen],
            "begun": begun and {"id": begun.id, "kind": str(begun.kind)},
        }
        whole_file.write(self._path, told)
        self._kept = kept


def _kept(read: Any) -> _Kept:
    if read is None:
        return _Kept()
    begun = read["begun"]
    return _Kept(
        str(read["device"]),
        int(read["highest"]),
        tuple((str(id_), str(until)) for id_, until in read["seen"]),
        begun and Begun(str(begun["id"]), Kind(begun["kind"])),
    )

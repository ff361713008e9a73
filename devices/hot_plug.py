"""Notices ports that come and go, so that a device is opened as soon as it is plugged in."""

import threading
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

from devices.ports import PortLister, system_ports

LOOK_EVERY_S = 2.0

_log = structlog.get_logger(__name__)


class Wakeable(Protocol):
    """Whatever can be told to try again now: a supervisor."""

    def wake(self) -> None:
        """Try again now."""
        ...


class HotPlug:
    """Looks at the ports every two seconds, and calls ``changed`` when another set is there.

    ``changed`` is called on this object's thread and must return quickly.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        lister: PortLister = system_ports,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._changed = changed
        self._lister = lister
        self._look_every_s = look_every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hot-plug", daemon=True)

    def start(self) -> None:
        """Begin to look; call once."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(self._look_every_s + 1)

    def _run(self) -> None:
        seen = self._look()
        while not self._stopping.wait(self._look_every_s):
            now = self._look()
            if now != seen:
                seen = now
                self._tell()

    def _look(self) -> frozenset[object]:
        try:
            return frozenset(self._lister())
        except (OSError, TypeError, ValueError):
            _log.exception("ports_not_listed")
            return frozenset()

    def _tell(self) -> None:
        """Whatever the listener does, the next port is noticed too."""
        try:
            self._changed()
        except Exception:  # noqa: BLE001
            _log.exception("port_change_not_taken")


def waking(supervisors: Iterable[Wakeable]) -> Callable[[], None]:
    """A ``changed`` that lets every one of ``supervisors`` try its port at once."""
    woken = tuple(supervisors)

    def changed() -> None:
        for each in woken:
            each.wake()

    return changed

"""Watches whether the journal can be written: without it the kiosk takes nothing from anybody."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog

from devices.status import Action, DeviceState
from kiosk.journal.effects import now
from kiosk.journal.file import JournalFailed
from kiosk.journal.journal import Journal
from kiosk.journal.quarantine import quarantined

# Below this the kiosk closes before a write can fail; a whole session writes a few kilobytes.
MIN_FREE_BYTES = 1024 * 1024
LOOK_EVERY_S = 0.5
# What was erased leaves the write-ahead log within this time.
CUT_LOG_EVERY_S = 5.0

log = structlog.get_logger("journal")


class JournalWatch:
    """Tells `changed` why the journal cannot be written; "" when it can again."""

    def __init__(
        self,
        journal: Journal,
        changed: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._changed = changed
        self._monotonic = monotonic
        self._cut_at = monotonic()
        self._trouble = ""
        self._failures = 0
        self._lock = threading.Lock()
        journal.file.tell_failures(self._failed)

    def look(self) -> None:
        """Once: is there room; and after a failure, does a write reach the disk again?"""
        failures = self._failures
        reason = self._no_room()
        if not reason and self._trouble:
            reason = self._probe()
        self._note(reason, failures)
        if not reason:
            self._erase()

    def row(self) -> Mapping[str, Any]:
        """The journal among the kiosk's devices, as the heartbeat carries them."""
        aside = quarantined(self._journal.file.path)
        refused = len(self._journal.outgoing.refusals())
        words = f"a damaged journal lies aside, tell support: {aside[-1]}" if aside else ""
        if refused and not words:
            words = f"the server will not take {refused} of its news: see `journal show`"
        well = not self._trouble
        return {
            "name": "journal",
            "kind": "journal",
            "model": "sqlite",
            "device": DeviceState.ONLINE if well else DeviceState.HARDWARE_ERROR,
            "parts": {"damaged": str(len(aside))} if aside else {},
            "action": Action.MAINTENANCE if words or not well else None,
            "detail": (self._trouble or words)[:200],
        }

    def _erase(self) -> None:
        with suppress(JournalFailed):  # noted by the listener
            self._journal.forget_rest()
            if self._journal.file.log_holds_erased and self._monotonic() >= self._cut_at:
                self._cut_at = self._monotonic() + CUT_LOG_EVERY_S
                self._journal.file.truncate_log()

    def _no_room(self) -> str:
        disk = os.statvfs(self._journal.file.path.parent)
        free = disk.f_bavail * disk.f_frsize
        return f"{free} bytes are free on its disk" if free < MIN_FREE_BYTES else ""

    def _probe(self) -> str:
        try:
            with self._journal.together():
                self._journal.file.probe(now())
        except JournalFailed as error:
            return str(error)
        return ""

    def _failed(self, reason: str) -> None:
        with self._lock:
            self._failures += 1
            self._set(reason)

    def _note(self, reason: str, failures: int) -> None:
        """What a look found; a write that failed meanwhile knows better, until the next look."""
        with self._lock:
            if reason or failures == self._failures:
                self._set(reason)

    def _set(self, reason: str) -> None:
        if bool(reason) == bool(self._trouble):
            return
        self._trouble = reason
        if reason:
            log.error("the journal cannot be written; nothing is offered", why=reason)
        else:
            log.info("the journal can be written again")
        self._changed(reason)

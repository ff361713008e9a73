"""Whether cash may be taken now: by no device while boxes are out, by none whose box is full."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

EMPTYING = "its box is being changed"
FULL = "its box is full: empty it"
NO_CHANGE = "the fee cannot be paid exactly, and there is no change for it: fill the hoppers"


class CashGate:
    """Stands before the acceptors `devices`. From any thread.

    `changed` is told which of them may not take money, and why (words for staff), whenever that
    changes. Somebody who pays already is never interrupted.
    """

    def __init__(
        self,
        devices: Collection[str] = (),
        changed: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        self._devices = tuple(devices)
        self._changed = changed
        self._lock = threading.Lock()
        self._paying = 0
        self._shut = False
        self._full: frozenset[str] = frozenset()
        self._full_at_first: frozenset[str] = frozenset()
        self._no_change = False
        self._told: Mapping[str, str] = {}

    @contextmanager
    def serving(self) -> Iterator[bool]:
        """Around one payment, its change included; False when none may begin now."""
        with self._lock:
            free = not self._shut
            if not self._paying:
                self._full_at_first = self._full
            self._paying += 1
        try:
            yield free
        finally:
            with self._lock:
                self._paying -= 1

    def shut(self) -> bool:
        """Let no payment begin from now on; True once none is under way."""
        with self._lock:
            self._shut = True
            free = not self._paying
        self._tell()
        return free

    @property
    def is_paying(self) -> bool:
        """Whether a payment with cash is under way, its change included."""
        with self._lock:
            return self._paying > 0

    def reopen(self) -> None:
        """Payments may begin again."""
        with self._lock:
            self._shut = False
        self._tell()

    def full(self, devices: Collection[str]) -> None:
        """These boxes are full, and no others."""
        with self._lock:
            self._full = frozenset(devices)
        self._tell()

    def short_of_change(self, short: bool) -> None:
        """Whether the fee cannot be paid now with what these devices take and give."""
        with self._lock:
            self._no_change = short
        self._tell()

    def admits(self, device: str) -> bool:
        """Whether this acceptor's box has room. Whoever has begun to pay goes on: a full box still
        has room for what one person brings, and boxes wait to be taken out."""
        with self._lock:
            return device not in (self._full_at_first if self._paying else self._full)

    def barred(self) -> Mapping[str, str]:
        """The acceptors that may not take money now, and why."""
        with self._lock:
            if self._shut:
                return dict.fromkeys(self._devices, EMPTYING)
            full = {each: FULL for each in self._devices if each in self._full}
            return dict.fromkeys(self._devices, NO_CHANGE) | full if self._no_change else full

    def _tell(self) -> None:
        barred = self.barred()
        if barred != self._told:
            self._told = barred
            self._changed(barred)

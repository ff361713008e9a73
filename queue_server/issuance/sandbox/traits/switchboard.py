"""Which faults are armed, for which operation, how many times or how often."""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from queue_server.issuance.sandbox.traits.fault import Fault


class Switchboard:
    """The armed faults, one of each name. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: dict[str, Fault] = {}
        self._chance: dict[str, random.Random] = {}
        self._fired: Counter[str] = Counter()

    def arm(self, fault: Fault) -> None:
        """Arm a fault, in place of an earlier one of the same name."""
        with self._lock:
            self._armed[fault.name] = fault
            self._chance[fault.name] = random.Random(fault.seed)

    def disarm(self, name: str) -> None:
        """Behave again in this; nothing happens when it is not armed."""
        with self._lock:
            self._armed.pop(name, None)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._armed.clear()

    def take(self, name: str, operation: str | None = None) -> Fault | None:
        """The armed fault of this name if it happens to this call; counts one of its times."""
        if name not in self._armed:
            return None
        with self._lock:
            fault = self._armed.get(name)
            if fault is None or (operation and fault.operation not in (None, operation)):
                return None
            chance = self._chance[name]
            if fault.rate < 1 and chance.random() >= fault.rate:
                return None
            if fault.times is not None:
                self._count_down(fault, fault.times - 1)
            self._fired[name] += 1
            return replace(fault, draw=chance.random())

    def _count_down(self, fault: Fault, left: int) -> None:
        if left:
            self._armed[fault.name] = replace(fault, times=left)
        else:
            del self._armed[fault.name]

    def note(self, name: str) -> None:
        """Count a fault that a call asked for itself."""
        with self._lock:
            self._fired[name] += 1

    def armed(self) -> list[dict[str, Any]]:
        """What is armed now, as it is shown to a person."""
        with self._lock:
            return [_shown(fault) for fault in self._armed.values()]

    def fired(self) -> dict[str, int]:
        """How often each fault has happened since the start."""
        with self._lock:
            return dict(self._fired)


class Plan:
    """What one call is to suffer: what it asks for itself, and what is armed."""

    def __init__(
        self, switchboard: Switchboard, operation: str, marked: Mapping[str, Fault]
    ) -> None:
        self._switchboard, self._operation, self._marked = switchboard, operation, dict(marked)
        self._drawn: set[str] = set()

    def take(self, *names: str) -> Fault | None:
        """The first of these that happens to this call; each is drawn for once."""
        for name in names:
            if name in self._drawn:
                continue
            fault = self.asked(name) or self._switchboard.take(name, self._operation)
            self._drawn.add(name)
            if fault:
                return fault
        return None

    def asked(self, name: str) -> Fault | None:
        """The fault of this name if the call asks for it itself."""
        fault = self._marked.pop(name, None)
        if fault is None:
            return None
        self._switchboard.note(name)
        return replace(fault, draw=random.random())


def _shown(fault: Fault) -> dict[str, Any]:
    known = {
        "name": fault.name,
        "operation": fault.operation,
        "times": fault.times,
        "rate": fault.rate,
        "seed": fault.seed,
    }
    return known | dict(fault.options)

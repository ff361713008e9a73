"""The misfortunes that can be ordered: what befalls a question, and whether its work is done."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

OPERATIONS = ("open", "standing", "cancel", "refund", "health")
# lose: the connection is cut without a byte. slow: the reply waits for `seconds`. html_500: a page
# instead of the reply. truncated: half of it. drip: one byte every `seconds`. refuse: the answer is
# no, with `reason`.
NAMES = ("lose", "slow", "html_500", "truncated", "drip", "refuse")
LONGEST_S = 3600.0


class FaultRefused(ValueError):
    """What was ordered is no fault; the words say what to write."""


@dataclass(frozen=True)
class Fault:
    """One armed fault. `work`: what was asked for is done all the same; `times` None: always.

    `operation`, `charge`: the only one it befalls.
    """

    name: str
    operation: str | None = None
    charge: str | None = None
    times: int | None = None
    work: bool = True
    seconds: float = 1.0
    reason: str = "refused"


class Faults:
    """What is armed, in the order in which it was. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Let it happen, in place of an earlier one of the same name and operation."""
        with self._lock:
            self._armed = [each for each in self._armed if not _is_same(each, fault)] + [fault]

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._armed = []

    def take(self, operation: str, charge: str) -> Fault | None:
        """The fault that befalls this question; counts one of its times."""
        with self._lock:
            for place, fault in enumerate(self._armed):
                if fault.operation not in (None, operation) or fault.charge not in (None, charge):
                    continue
                if fault.name == "refuse" and operation not in ("open", "refund"):
                    continue
                if fault.times is not None:
                    left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._armed[place : place + 1] = left
                return fault
        return None

    def armed(self) -> list[dict[str, Any]]:
        """What is armed, ready for JSON."""
        with self._lock:
            return [dict(vars(fault)) for fault in self._armed]


def parse_fault(order: Mapping[str, Any]) -> Fault:
    """A fault from a control request. Raises FaultRefused."""
    known = {"fault", *Fault.__dataclass_fields__} - {"name"}
    if unknown := sorted(set(order) - known):
        raise FaultRefused(f"a fault does not take {', '.join(unknown)}")
    if order["fault"] not in NAMES:
        raise FaultRefused(f"fault is one of none, {', '.join(NAMES)}")
    if order.get("operation") not in (None, *OPERATIONS):
        raise FaultRefused(f"operation is one of {', '.join(OPERATIONS)}")
    fault = Fault(order["fault"], **{name: order[name] for name in order if name != "fault"})
    if not isinstance(fault.seconds, int | float) or not 0 < fault.seconds <= LONGEST_S:
        raise FaultRefused(f"seconds is more than 0 and at most {LONGEST_S:.0f}")
    if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
        raise FaultRefused("times is a whole number from 1 on")
    return fault


def _is_same(one: Fault, other: Fault) -> bool:
    return (one.name, one.operation, one.charge) == (other.name, other.operation, other.charge)

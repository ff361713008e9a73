"""Misbehaviour on demand: which faults are armed, for which operation, how many times."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from queue_server.issuance.sandbox.codes import WORDS

# What each fault is called, and the parameters it needs beside `operation` and `times`.
FAULTS: Mapping[str, tuple[str, ...]] = {
    "down": (),  # HTTP 503 with an HTML page; nothing is done
    "slow": ("seconds",),  # waits before anything is done
    "lose_reply": (),  # the work is done, then the connection is cut without a byte
    "answer": ("code",),  # answers with this application code; nothing is done
    "forget_ids": (),  # a backend without idempotency: every request issues a new certificate
}
ONCE = ("lose_reply",)  # armed for one call unless told otherwise
BEFORE_READING = ("down",)  # the operation is not known yet
OPERATION = {"lose_reply": "solicitarCertificado", "forget_ids": "solicitarCertificado"}
MAX_SECONDS = 600.0


class FaultRefused(ValueError):
    """The control request is not understood; the words say what is."""


@dataclass(frozen=True)
class Fault:
    """One armed fault. `operation` None: any; `times` None: until cleared; `seconds` of delay."""

    name: str
    operation: str | None = None
    times: int | None = None
    seconds: float = 0.0
    code: str = ""


def parse_fault(request: Mapping[str, Any]) -> Fault:
    """A fault from a control request. Raises FaultRefused."""
    name = str(request.get("fault"))
    if name not in FAULTS:
        raise FaultRefused(f"fault is one of none, {', '.join(FAULTS)}")
    allowed = {"fault", "times", *FAULTS[name]}
    if name not in BEFORE_READING:
        allowed.add("operation")
    if unknown := sorted(set(request) - allowed):
        raise FaultRefused(f"{name} does not take {', '.join(unknown)}")
    if missing := [key for key in FAULTS[name] if key not in request]:
        raise FaultRefused(f"{name} needs {', '.join(missing)}")
    return Fault(
        name,
        _operation(request.get("operation", OPERATION.get(name))),
        _times(request.get("times", 1 if name in ONCE else None)),
        _seconds(request.get("seconds", 0)),
        _code(request.get("code", "")),
    )


def _operation(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise FaultRefused("operation is the name of one")
    return value


def _times(value: Any) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise FaultRefused("times is a whole number from 1")
    return value


def _seconds(value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MAX_SECONDS
    ):
        raise FaultRefused(f"seconds is between 0 and {MAX_SECONDS:g}")
    return float(value)


def _code(value: Any) -> str:
    if value and value not in WORDS:
        raise FaultRefused(f"code is one of {', '.join(WORDS)}")
    return value


class Switchboard:
    """The armed faults, one of each name. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: dict[str, Fault] = {}

    def arm(self, fault: Fault) -> None:
        """Arm a fault, in place of an earlier one of the same name."""
        with self._lock:
            self._armed[fault.name] = fault

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._armed.clear()

    def take(self, name: str, operation: str | None = None) -> Fault | None:
        """The armed fault of this name if it applies to this call; counts one of its times."""
        with self._lock:
            fault = self._armed.get(name)
            if fault is None or (operation and fault.operation not in (None, operation)):
                return None
            if fault.times is not None:
                self._count_down(fault, fault.times - 1)
            return fault

    def _count_down(self, fault: Fault, left: int) -> None:
        if left:
            self._armed[fault.name] = replace(fault, times=left)
        else:
            del self._armed[fault.name]

    def armed(self) -> list[dict[str, Any]]:
        """What is armed now, as it is shown to a person."""
        with self._lock:
            return [asdict(fault) for fault in self._armed.values()]

"""What the tests of receipt printers share: jobs with a beginning and an end, and what is true."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.escpos.simulator import EscposSimulator
from devices.kinds.receipt_printer import Cut, PrintJob, PrintResult, Qr, Text
from devices.link import WRITE_TIMEOUT_S, Link
from devices.status import DeviceState
from devices.supervisor import StatusChanged, Supervisor

DEADLINE_S = 5.0
FAST = {"reply_timeout_s": 0.3, "poll_interval_s": 0.1}
Make = Callable[..., Supervisor]


def job(name: str) -> PrintJob:
    """A ticket whose first and last line carry its name."""
    blocks = (
        Text(f"Turno {name} ñ", align="center", width=2),
        Qr(name),
        Text(f"Fin {name} ."),
        Cut(),
    )
    return PrintJob(name, blocks)


def long_job(name: str, lines: int) -> PrintJob:
    """A ticket of many numbered lines."""
    middle = tuple(Text(f"{name} línea {number} de un turno muy largo") for number in range(lines))
    return PrintJob(name, (Text(f"Turno {name} ñ"), *middle, Text(f"Fin {name} ."), Cut()))


def tickets(spool: Path) -> list[str]:
    """What is on each piece of paper, in order."""
    return [path.read_text(encoding="utf-8") for path in sorted(spool.glob("*.txt"))]


def whole(name: str, ticket: str) -> bool:
    """Whether ``ticket`` holds the job from its beginning to its end."""
    return f"Turno {name} " in ticket and f"Fin {name} ." in ticket


def assert_true(result: PrintResult, spool: Path) -> None:
    """``printed``: whole on one paper; ``not_printed``: nothing of it; never on two papers."""
    name, papers = result.job_id, tickets(spool)
    begun = [text for text in papers if f"Turno {name} " in text]
    ended = [text for text in papers if f"Fin {name} ." in text]
    assert len(begun) <= 1, f"{name} is on {len(begun)} papers"
    assert len(ended) <= 1, f"{name} ends on {len(ended)} papers"
    if result.evidence == "printed":
        assert any(whole(name, text) for text in papers), f"{name} was claimed to be printed"
    if result.evidence == "not_printed":
        assert not begun, f"{name} was claimed not to be printed"
        assert not ended, f"{name} was claimed not to be printed"


def status_where(device: DeviceState, **parts: str) -> Any:
    """Whether an event is a status with that device word and at least those parts."""
    return lambda event: (
        isinstance(event, StatusChanged)
        and event.status.device is device
        and parts.items() <= dict(event.status.parts).items()
    )


def print_it(
    supervisor: Supervisor, wanted: PrintJob | str, deadline_s: float = DEADLINE_S
) -> PrintResult:
    """Submit a job and take its result, which must come by its deadline."""
    began = time.monotonic()
    asked = job(wanted) if isinstance(wanted, str) else wanted
    result = supervisor.submit(asked, deadline_s).result(deadline_s + 5)
    assert isinstance(result, PrintResult)
    assert time.monotonic() - began < deadline_s + 3
    return result


def wait_until(true: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Ask again and again until it is true."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "it never came true"


class CutLink:
    """A cable that is pulled out of the printer at one byte of the traffic in either direction.

    ``at`` counts what passed since ``arm``; the bytes before it still arrive. The link then is as
    one whose other side is gone, and the printer's port vanishes.
    """

    def __init__(self, inner: Link, knife: "Knife") -> None:
        self._inner = inner
        self._knife = knife

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._inner.read(max_bytes, timeout_s)
        return data[: self._knife.spend(len(data), "rx")]

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        passing = self._knife.spend(len(data), "tx")
        if passing < len(data):
            self._inner.write(data[:passing], timeout_s)
            self._knife.cut()
        self._inner.write(data, timeout_s)
        self._knife.wrote()

    def close(self) -> None:
        self._inner.close()


class Knife:
    """Pulls the cable when so many bytes, or so many writes, have passed since ``arm``."""

    def __init__(self, printer: EscposSimulator) -> None:
        self._printer = printer
        self._guard = threading.RLock()
        self._left = -1
        self._direction = ""
        self._writes_left = -1
        self._fell = False

    def arm(self, at: int = -1, direction: str = "tx", after_writes: int = -1) -> None:
        """Fall after ``at`` bytes in ``direction`` (``tx``, ``rx``), or after so many writes."""
        with self._guard:
            self._left, self._direction, self._writes_left = at, direction, after_writes
            self._fell = False

    def disarm(self) -> bool:
        """Fall no more; whether it fell since ``arm``."""
        with self._guard:
            self._left = self._writes_left = -1
            return self._fell

    def spend(self, size: int, direction: str) -> int:
        """How many of ``size`` bytes still pass."""
        with self._guard:
            if self._left < 0 or direction != self._direction:
                return size
            passing = min(size, self._left)
            self._left -= passing
            if passing < size and direction == "rx":
                self.cut()
            return passing

    def wrote(self) -> None:
        """Count one whole write."""
        with self._guard:
            if self._writes_left > 0:
                self._writes_left -= 1
                if self._writes_left == 0:
                    self.cut()

    def cut(self) -> None:
        """Pull the cable, unless it was disarmed meanwhile."""
        with self._guard:
            if self._left < 0 and self._writes_left < 0:
                return
            self._left = self._writes_left = -1
            self._printer.obey("unplug")
            self._fell = True

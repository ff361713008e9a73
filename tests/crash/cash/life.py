"""What every life of a kiosk's cash part does, and the process that forks one for each order."""

import json
import os
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from devices.control import ask
from devices.kinds.cash_acceptor import NoteHeld
from devices.link import open_link
from devices.supervisor import Reported, Supervisor
from tests.crash.cash.fate import KILL, Fate, MortalLink, Point

LONGEST_LIFE_S = 40


@dataclass(frozen=True)
class Order:
    """What a life is to do, with which device; `variant`: broken on purpose, in this way."""

    model: str
    port: str
    control: tuple[str, int]
    book: str
    script: str
    point: Point | None = None
    happens: str = KILL
    variant: str = ""
    told: str = ""


class Life(ABC):
    """One life. `step_s`: seconds that waits take at most."""

    step_s: float

    def __init__(self, order: Order) -> None:
        self.order = order
        self.fate = Fate(order.point, order.happens, order.control)
        self.held = 0
        self.device: Supervisor

    @abstractmethod
    def run(self) -> int:
        """Do the script; the exit code."""

    def simulated(self, line: str) -> dict[str, Any]:
        """One line to the device's control port."""
        return ask(self.order.control, line)

    def until(self, ready: Callable[[], object], seconds: float = 0.0) -> bool:
        """Wait for something, at most so long (0: `step_s`)."""
        ends = time.monotonic() + (seconds or self.step_s)
        while not ready():
            if time.monotonic() > ends:
                return False
            time.sleep(0.005)
        return True

    def link(self, name_of: Callable[[bytes], str]) -> MortalLink:
        """A way to the device on which every transfer is a point."""
        return MortalLink(open_link(self.order.port), self.fate, name_of)

    def heard(self, event: object) -> None:
        """What the device published."""
        if isinstance(event, Reported) and isinstance(event.payload, NoteHeld):
            self.held += 1


def serve(life_of: Callable[[Order], Life]) -> None:
    """Fork a life for each line (JSON); answer with how it ended: its code, or -9 for killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print("ready", flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        point = words.get("point")
        words["control"] = (words["control"][0], words["control"][1])
        words["point"] = None if point is None else (point[0], point[1])
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_LIFE_S)  # no life may hang
            os._exit(life_of(Order(**words)).run())
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)

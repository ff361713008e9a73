"""Where a life ends: the nth passing of a named point, or a byte on the line."""

import os
import signal
from collections import Counter
from collections.abc import Callable

from devices.control import ask
from devices.link import WRITE_TIMEOUT_S, Link

Point = tuple[str, int]  # a name and the how-manieth, or `bytes` and a count
KILL = "kill"


class Fate:
    """Counts the points a life passes and lets the ordered thing happen at the ordered one.

    `happens`: `kill`, or what the device's control port at `control` is told, line after line.
    """

    def __init__(self, point: Point | None, happens: str, control: tuple[str, int]) -> None:
        self._point = point
        self._happens = happens
        self._control = control
        self.passed: Counter[str] = Counter()
        self.happened = False

    def at(self, name: str) -> None:
        """This point is passed."""
        self.passed[name] += 1
        if self._point == (name, self.passed[name]):
            self._happen()

    def bytes_left(self) -> int | None:
        """How many bytes may still pass before it happens, where it goes by bytes."""
        if self._point is None or self._point[0] != "bytes" or self.happened:
            return None
        return self._point[1] - self.passed["bytes"]

    def bytes_passed(self, count: int) -> None:
        """So many bytes went over the line."""
        left = self.bytes_left()
        self.passed["bytes"] += count
        if left is not None and count >= left:
            self._happen()

    def _happen(self) -> None:
        self.happened = True
        if self._happens == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        for line in self._happens.split("; "):
            assert ask(self._control, line)["ok"]


class MortalLink:
    """A link whose every write and read is a point; `name_of` says what was last sent."""

    def __init__(self, inner: Link, fate: Fate, name_of: Callable[[bytes], str]) -> None:
        self._inner = inner
        self._fate = fate
        self._name_of = name_of
        self._name = "0"

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read, and pass `heard NAME`."""
        data = self._inner.read(max_bytes, timeout_s)
        if data:
            self._fate.at(f"heard {self._name}")
            self._fate.bytes_passed(len(data))
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Pass `before NAME`, write as far as fate lets, and pass `after NAME`."""
        self._name = self._name_of(data)
        self._fate.at(f"before {self._name}")
        left = self._fate.bytes_left()
        first = data if left is None else data[:left]
        self._inner.write(first, timeout_s)
        self._fate.bytes_passed(len(first))
        if rest := data[len(first) :]:
            self._inner.write(rest, timeout_s)
        self._fate.at(f"after {self._name}")

    def close(self) -> None:
        """Give the port back."""
        self._inner.close()

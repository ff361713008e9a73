"""PURE: when the power goes, and how much room is left."""

import errno
from typing import Literal

Mode = Literal["refuse", "freeze"]


class Frozen(Exception):
    """This request gets no answer: the power is gone, nobody is there to give one."""


class Power:
    """Counts what changes the disk and what syncs it, and refuses all from the point that was set.

    `refusing`: the point was reached. `room`: bytes that may still be added, None for any number.
    """

    def __init__(self) -> None:
        self.writes = 0
        self.syncs = 0
        self.refusing = False
        self.room: int | None = None
        self._left: int | None = None
        self._mode: Mode = "refuse"

    def set_point(self, count: int, mode: Mode) -> None:
        """From the `count`-th write or sync on (1: the next one) nothing is done any more."""
        self._left, self._mode = count, mode

    def turn_off(self) -> None:
        """Nothing is answered from here on."""
        self.refusing, self._mode = True, "freeze"

    def turn_on(self) -> None:
        """The power is back; no point is set."""
        self.refusing, self._left = False, None

    def check(self) -> None:
        """Raises OSError(EIO), or Frozen, once the point was reached."""
        if self.refusing and self._mode == "freeze":
            raise Frozen
        if self.refusing:
            raise OSError(errno.EIO, "the power is gone")

    def write(self) -> None:
        """Something is about to change. Raises as `check` does."""
        self._step()
        self.writes += 1

    def sync(self) -> None:
        """Something is about to become durable. Raises as `check` does."""
        self._step()
        self.syncs += 1

    def take(self, count: int) -> int:
        """Use room for `count` more bytes, or for as many as there are; how many that is."""
        if self.room is None:
            return count
        taken = min(count, self.room)
        self.room -= taken
        return taken

    def give_back(self, count: int) -> None:
        """Bytes that were removed make room."""
        if self.room is not None:
            self.room += count

    def _step(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.refusing = True
        self.check()

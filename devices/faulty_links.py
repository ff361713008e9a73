"""Links that misbehave on purpose, for tests and demonstrations: slow, lossy, piecemeal."""

import random
import time

from devices.link import WRITE_TIMEOUT_S, Link


class BytewiseLink:
    """Passes one byte at a time in both directions."""

    def __init__(self, inner: Link) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read at most one byte."""
        return self._inner.read(min(max_bytes, 1), timeout_s)

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Write byte after byte."""
        for byte in data:
            self._inner.write(bytes([byte]), timeout_s)

    def close(self) -> None:
        """Close the link beneath."""
        self._inner.close()


class LossyLink:
    """Loses whole writes with probability ``share`` (0..1), and says nothing about it."""

    def __init__(self, inner: Link, share: float, dice: random.Random) -> None:
        self._inner = inner
        self._share = share
        self._dice = dice

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read as usual."""
        return self._inner.read(max_bytes, timeout_s)

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Write, or lose all of ``data``."""
        if self._dice.random() >= self._share:
            self._inner.write(data, timeout_s)

    def close(self) -> None:
        """Close the link beneath."""
        self._inner.close()


class DelayedLink:
    """Holds every write back for ``delay_s`` seconds."""

    def __init__(self, inner: Link, delay_s: float) -> None:
        self._inner = inner
        self._delay_s = delay_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Read as usual."""
        return self._inner.read(max_bytes, timeout_s)

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Wait, then write."""
        time.sleep(self._delay_s)
        self._inner.write(data, timeout_s)

    def close(self) -> None:
        """Close the link beneath."""
        self._inner.close()

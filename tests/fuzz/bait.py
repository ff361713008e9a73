"""A file and an address that nobody may touch, and the proof whether somebody did."""

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.fuzz.kitchen import Bait

CANARY = "canario-7f3a91"
_IN_ACCESS_OR_OPEN = 0x00000001 | 0x00000020
_LIBC = ctypes.CDLL(None, use_errno=True)


class Trap:
    """Knows whether its file was opened (inotify) or its address connected to."""

    def __init__(self, folder: Path) -> None:
        file = folder / "canary.txt"
        file.write_text(CANARY)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        self._watch = _LIBC.inotify_init1(os.O_NONBLOCK)
        assert self._watch >= 0, os.strerror(ctypes.get_errno())
        added = _LIBC.inotify_add_watch(self._watch, str(file).encode(), _IN_ACCESS_OR_OPEN)
        assert added >= 0, os.strerror(ctypes.get_errno())
        self.bait = Bait(str(file), f"http://127.0.0.1:{self._listener.getsockname()[1]}/x")

    def opened(self) -> bool:
        """Whether the file was opened since the last time this was asked."""
        with suppress(BlockingIOError):
            return bool(os.read(self._watch, 4096))
        return False

    def called(self) -> bool:
        """Whether somebody connected since the last time this was asked."""
        with suppress(BlockingIOError):
            self._listener.accept()[0].close()
            return True
        return False

    def close(self) -> None:
        """Take it away."""
        self._listener.close()
        os.close(self._watch)


@contextmanager
def trap(folder: Path) -> Iterator[Trap]:
    """A trap for the length of the block."""
    made = Trap(folder)
    try:
        yield made
    finally:
        made.close()

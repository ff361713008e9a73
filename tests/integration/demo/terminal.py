"""The demo as `make demo` starts it, and a terminal somebody watches it in."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from select import select as readable

from tests.support.site import REPOSITORY

PLAYED_S = 270.0


def begun(folder: Path, stdout: int, **environment: str) -> "subprocess.Popen[str]":
    """The demo's process, as `make demo` starts it."""
    plain = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.demo", "--folder", str(folder)],
        cwd=REPOSITORY,
        env={**plain, **environment},
        stdout=stdout,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Terminal:
    """A terminal somebody watches the demo in."""

    def __init__(self, folder: Path) -> None:
        self._master, slave = os.openpty()
        self.process = begun(folder, slave)
        os.close(slave)
        self.said = ""
        self._ends = time.monotonic() + PLAYED_S

    def reads(self, words: str) -> None:
        """Wait until it says `words`."""
        while words not in self.said:
            assert self._more(), f"it ended without {words!r}: {self.said}"

    def reads_on(self) -> None:
        """Read what is left; it must have ended by then."""
        while self._more():
            pass
        self.process.wait(30)
        os.close(self._master)

    def _more(self) -> bool:
        left = self._ends - time.monotonic()
        assert readable([self._master], [], [], max(0.0, left))[0], f"late: {self.said}"
        with contextlib.suppress(OSError):  # EIO: nobody has the terminal open any more
            piece = os.read(self._master, 1 << 16)
            self.said += piece.decode(errors="replace")
            return bool(piece)
        return False

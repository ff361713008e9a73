"""The test's end of the process that forks lives."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from tests.crash.cash.life import Order
from tests.support.site import REPOSITORY

END_S = 10.0


class Forker:
    """Lets one life happen after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def live(self, order: Order) -> int:
        """Let one life happen; its exit code, -9 if it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forking(module: str) -> Iterator[Forker]:
    """The process of `module`, started once; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    yield Forker(process)
    process.stdin.close()
    assert process.wait(END_S) == 0

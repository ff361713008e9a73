"""Programs that write to a disk until they die, and say on standard output what was acknowledged.

One process is started once and forks a life for each line it reads, as a kiosk's start costs.
`PowerCutDisk.cut` kills the lives, not this process: it has nothing open on the disk.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from kiosk.journal import Journal, file
from kiosk.order import Means, OrderState
from tests.support.power_cut.disk import REPOSITORY

LONGEST_LIFE_S = 20
KEY = b"TQ7mzyE4nUBPv9Gz0Zb1k9hcDn7SgXnH7c0s1rbq3sU="  # of this test only
CHECKPOINT_EVERY = 12  # pages of WAL: a cut shall meet checkpoints too
_SYNCHRONOUS = {"normal": 1, "full": 2}


@dataclass(frozen=True)
class Task:
    """What a life does. `synchronous`: SQLite's; `writers`: processes at it side by side.

    `last`: after so many rows or orders it ends by itself.
    """

    program: str  # "rows" or "orders"
    path: str
    synchronous: str = "full"
    writers: int = 1
    last: int = sys.maxsize


class Writers:
    """The process that forks lives. A context manager."""

    def __enter__(self) -> "Writers":
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate(timeout=10)

    def begin(self, task: Task) -> list[int]:
        """Start the lives of a task; they end by an error of the disk, or killed. Their numbers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(task)) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def acknowledged(self) -> Iterator[str]:
        """What the lives said, until they are dead: at most `LONGEST_LIFE_S`."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line == "ended\n":
                return
            yield line.strip()
        raise RuntimeError("the writers have ended")


def write_rows(task: Task, writer: int) -> None:
    """Rows in a WAL database, one a transaction; said is `writer serial`."""
    db = sqlite3.connect(task.path, isolation_level=None, timeout=10)
    db.execute("PRAGMA journal_mode = wal")
    db.execute(f"PRAGMA synchronous = {task.synchronous}")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")
    db.execute("CREATE TABLE IF NOT EXISTS rows (writer INTEGER, serial INTEGER, rest BLOB)")
    find = "SELECT coalesce(max(serial), 0) + 1 FROM rows WHERE writer = ?"
    first = db.execute(find, (writer,)).fetchone()[0]
    for serial in range(first, first + task.last):
        db.execute("INSERT INTO rows VALUES (?, ?, randomblob(1500))", (writer, serial))
        _say(f"{writer} {serial}")


def write_orders(task: Task, _writer: int) -> None:
    """Orders in a kiosk's journal, from the first step to the last; said is `id state`."""
    file._PRAGMAS["synchronous"] = _SYNCHRONOUS[task.synchronous]
    journal = Journal(Path(task.path), KEY)
    journal.close_interrupted()
    for application in (uuid4() for _ in range(task.last)):
        journal.orders.counter(application)
        journal.orders.register(application, uuid4(), 3770)
        _say(f"{application} {OrderState.REGISTERED}")
        journal.orders.begin(application, Means.CARD, uuid4())
        _say(f"{application} {OrderState.PAYING}")
        for state in (OrderState.PAID, OrderState.ACCEPTED):
            journal.orders.step(application, state)
            _say(f"{application} {state}")


PROGRAMS = {"rows": write_rows, "orders": write_orders}


def _say(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def _live(task: Task, writer: int, go: int) -> None:
    """One life, from `go` on; it ends with the disk's first error."""
    signal.alarm(LONGEST_LIFE_S)
    try:
        os.read(go, 1)
        PROGRAMS[task.program](task, writer)
    finally:
        os._exit(1)


def _begun(task: Task) -> list[int]:
    """The lives of a task; none says anything before their numbers are said."""
    go, told = os.pipe()
    lives = []
    for writer in range(task.writers):
        life = os.fork()
        if life == 0:
            os.close(told)
            _live(task, writer, go)
        lives.append(life)
    _say(json.dumps(lives))
    os.close(told)
    os.close(go)
    return lives


def main() -> None:
    """Fork the lives of each line; `ended` once all of them are dead."""
    for line in sys.stdin:
        for life in _begun(Task(**json.loads(line))):
            os.waitpid(life, 0)
        _say("ended")


if __name__ == "__main__":
    main()

"""The disk as a test holds it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from tests.support.power_cut import mounts
from tests.support.power_cut.mounts import CannotMount
from tests.support.power_cut.power import Mode

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGE = "tests.support.power_cut"
ANSWER_S = 30.0


class DiskLost(RuntimeError):
    """The process behind the disk has ended or does not answer; the message is what it said."""


class PowerCutDisk:
    """A disk mounted over `folder` that forgets at `cut` what was not synced. A context manager.

    What is in `folder` is on it, durable; at the end `folder` holds what processes saw last.
    Everything is kept in memory. Which unsynced writes survive a cut is drawn from `seed`: of a
    file each sector of 512 bytes and the size for itself, in any order; of names (create, link,
    rename, unlink) each change as a whole. fsync and fdatasync of a file make its bytes and size
    durable; only fsync of its folder makes its name so. `sync` and `syncfs` make nothing durable:
    the kernel does not tell. Raises CannotMount where it cannot work (`mounts.why_not`).
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder.resolve()
        self._seed = seed
        self._one_at_a_time = Lock()

    def __enter__(self) -> "PowerCutDisk":
        missing = mounts.why_not()
        if missing is not None:
            raise CannotMount(missing)
        mounts.unmount_stale()
        self.path.mkdir(parents=True, exist_ok=True)
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        self._line = self._socket.makefile("rb")
        words = [str(self.path), f"--seed={self._seed}", f"--socket={theirs.fileno()}"]
        with theirs:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", PACKAGE, *words, f"--spare={os.getpid()}"],
                cwd=REPOSITORY,
                pass_fds=[theirs.fileno()],
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        self._heard()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # also where a forked process holds it too
        self._line.close()
        self._socket.close()
        try:
            self._daemon.communicate(timeout=ANSWER_S)
        finally:
            self._daemon.kill()
            mounts.unmount_if_ours(self.path)

    @property
    def process(self) -> int:
        """The process behind the disk."""
        return self._daemon.pid

    @property
    def writes(self) -> int:
        """Writes, new sizes and changes of names so far."""
        return self._tell("ask")["writes"]

    @property
    def syncs(self) -> int:
        """fsync and fdatasync so far, of files and folders."""
        return self._tell("ask")["syncs"]

    @property
    def refusing(self) -> bool:
        """Whether the point of `cut_after` was reached."""
        return self._tell("ask")["refusing"]

    def cut(self, *processes: int) -> None:
        """Power goes and comes back: unsynced writes are gone, or not, and the disk is usable.

        First whoever has something open on the disk is killed with SIGKILL, but not the test: what
        that has open there fails from now on. `processes` are killed too: name those that may only
        be about to open something, and start nothing on the disk before this returns. Clears
        `cut_after`; a full disk stays full.
        """
        self._tell("cut", processes=processes)

    def cut_after(self, count: int, mode: Mode = "refuse") -> None:
        """Nothing is done any more from the `count`-th write or sync on (1: the next), until `cut`.

        `refuse`: every request fails with EIO. `freeze`: none is ever answered, so that nobody can
        do anything in the world outside that would follow a journal's write.
        """
        self._tell("cut_after", count=count, mode=mode)

    def wait_refusing(self, seconds: float) -> None:
        """Until the point of `cut_after` is reached. Raises TimeoutError."""
        ends = time.monotonic() + seconds
        while not self.refusing:
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.path}: the cut point was not reached in {seconds} s")
            time.sleep(0.005)

    def full(self, bytes_left: int) -> None:
        """Files may grow by so many bytes in all, then ENOSPC; what is removed makes room."""
        self._tell("full", room=bytes_left)

    def roomy(self) -> None:
        """There is room without end again."""
        self._tell("roomy")

    def _tell(self, order: str, **arguments: object) -> dict[str, Any]:
        with self._one_at_a_time:
            with contextlib.suppress(BrokenPipeError):
                self._socket.sendall(json.dumps({"do": order, **arguments}).encode() + b"\n")
            return self._heard()

    def _heard(self) -> dict[str, Any]:
        try:
            answer = self._line.readline()
        except TimeoutError as late:
            raise DiskLost(f"{self.path}: no answer in {ANSWER_S:.0f} s") from late
        if not answer:
            self._daemon.kill()
            _, complaint = self._daemon.communicate(timeout=ANSWER_S)
            mounts.unmount_if_ours(self.path)
            raise DiskLost(f"{self.path}: {complaint}")
        return json.loads(answer)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, as a careful program does."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_files(paths: Iterable[Path]) -> None:
    """Make the bytes of files durable, not their names."""
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())

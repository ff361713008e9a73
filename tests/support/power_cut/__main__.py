"""The process behind a disk: answers the kernel, and obeys the test over a socket.

Each line it gets is a JSON object, `{"do": ...}` with the command's arguments; each it sends is
the state of the power. It ends, and unmounts, when the test's end of the socket closes.
"""

import argparse
import contextlib
import errno
import json
import os
import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.power_cut import image, kernel, mounts, users
from tests.support.power_cut.answers import Answers
from tests.support.power_cut.power import Frozen, Power
from tests.support.power_cut.tree import Tree

AT_A_TIME = 64  # requests
# Reading from /dev/fuse: nothing there, a request that was taken back, a signal.
_NO_REQUEST = {errno.EAGAIN, errno.ENOENT, errno.EINTR}


class Daemon:
    """One disk over `folder`. `spared`: processes a cut leaves alone."""

    def __init__(self, folder: Path, seed: int, spared: set[int]) -> None:
        self._folder = folder
        self._spared = spared | {os.getpid()}
        self._tree = Tree(seed)
        self._power = Power()
        self._answers = Answers(self._tree, self._power)
        image.load(self._tree, folder)
        self._device = mounts.mount(folder)
        self._buffer = bytearray(kernel.BUFFER)
        self._orders: dict[str, Callable[..., None]] = {
            "ask": lambda: None,
            "cut": self._cut,
            "cut_after": self._power.set_point,
            "full": self._full,
            "roomy": self._roomy,
        }

    def run(self, test: socket.socket) -> None:
        """Until the test hangs up."""
        with test, test.makefile("rwb", buffering=0) as line:
            self._say(line)
            while True:
                ready, _, _ = select.select([self._device, line], [], [])
                if line in ready:
                    order = line.readline()
                    if not order:
                        return
                    self._obey(json.loads(order))
                    self._say(line)
                elif self._device in ready:
                    self._serve()

    def close(self) -> None:
        """Unmount, and leave in the folder what processes saw."""
        os.close(self._device)
        mounts.unmount(self._folder)
        image.store(self._tree, self._folder)

    def _serve(self) -> None:
        """Answer what the kernel asks, a while at most: the test wants to be heard too."""
        for _ in range(AT_A_TIME):
            try:
                length = os.readv(self._device, [self._buffer])
            except OSError as error:
                if error.errno not in _NO_REQUEST:
                    raise
                return
            request = kernel.Request.from_bytes(bytes(memoryview(self._buffer)[:length]))
            with contextlib.suppress(Frozen):
                answer = self._answers.to(request)
                if answer is not None:
                    self._send(answer)

    def _send(self, answer: bytes) -> None:
        try:
            os.write(self._device, answer)
        except OSError as error:
            if error.errno != errno.ENOENT:  # whoever asked was killed meanwhile
                raise

    def _obey(self, order: dict[str, Any]) -> None:
        self._orders[order.pop("do")](**order)

    def _cut(self, processes: list[int]) -> None:
        """First nobody gets an answer any more; then all users die, and cannot tell of it."""
        self._power.turn_off()
        doomed = users.users(self._folder, self._spared) | set(processes)
        killed = users.kill_users(self._folder, self._spared, doomed)
        os.close(self._device)  # ends the waiting of the killed
        mounts.unmount(self._folder)
        users.wait_dead(killed)
        self._tree.lose_power()
        self._power.turn_on()
        self._device = mounts.mount(self._folder)

    def _full(self, room: int) -> None:
        self._power.room = room

    def _roomy(self) -> None:
        self._power.room = None

    def _say(self, line: Any) -> None:
        power = self._power
        state = {"writes": power.writes, "syncs": power.syncs, "refusing": power.refusing}
        line.write(json.dumps(state).encode() + b"\n")


def main() -> None:
    """Serve one disk."""
    parser = argparse.ArgumentParser(prog="power_cut", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--socket", type=int, required=True, help="number of an open descriptor")
    parser.add_argument("--spare", type=int, action="append", default=[], metavar="PROCESS")
    words = parser.parse_args()
    mounts.unmount_stale()
    daemon = Daemon(words.folder, words.seed, set(words.spare))
    try:
        daemon.run(socket.socket(fileno=words.socket))
    finally:
        daemon.close()


if __name__ == "__main__":
    main()

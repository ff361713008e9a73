"""What goes wrong while clients work: workers killed, stopped and gone on, lines cut."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from typing import Any

import psutil

# `serve` gives up when a process dies five times within 10 s, and it should.
KILL_EVERY_S = 3.0


class Nemesis:
    """Does one bad thing after the other to the web workers under `serve_pid` and the lines."""

    def __init__(
        self, serve_pid: int, lines: Sequence[Any], seed: int, every_s: float = 1.5
    ) -> None:
        self._serve, self._lines = psutil.Process(serve_pid), lines
        self._random, self._every_s = random.Random(seed), every_s
        self.done: list[str] = []
        self._killed_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; whoever was stopped goes on in the end."""
        while not stop.wait(self._random.uniform(0.5, 1.5) * self._every_s):
            self._random.choice([self._kill, self._pause, self._cut])(stop)

    def _workers(self) -> list[psutil.Process]:
        found = []
        for child in self._serve.children():
            with contextlib.suppress(psutil.Error):
                if "web" in child.cmdline():
                    found.append(child)
        return found

    def _kill(self, _: threading.Event) -> None:
        workers = self._workers()
        if workers and time.monotonic() - self._killed_at > KILL_EVERY_S:
            self._killed_at = time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(workers).pid, signal.SIGKILL)
            self.done.append("kill")

    def _pause(self, stop: threading.Event) -> None:
        workers = self._workers()
        if not workers:
            return
        pid = self._random.choice(workers).pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            stop.wait(self._random.uniform(0.2, 1.2))
            os.kill(pid, signal.SIGCONT)
        self.done.append("pause")

    def _cut(self, _: threading.Event) -> None:
        for line in self._random.sample(list(self._lines), max(1, len(self._lines) // 3)):
            line.drop()
        self.done.append("cut")

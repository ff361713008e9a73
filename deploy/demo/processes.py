"""Starts the product's processes, waits until each is ready, and leaves none behind."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

READY_DEADLINE_S = 60.0
STOP_DEADLINE_S = 8.0
# Whoever started it may be killed and clean nothing up: then it ends as well.
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")


class DidNotStart(RuntimeError):
    """A process ended or stayed silent instead of becoming ready; its log says why."""


def free_ports(count: int) -> list[int]:
    """`count` different TCP ports of the loopback address nobody listens on now.

    Linux gives outgoing connections ports from 32768 on: one below stays free until it is used.
    """
    with contextlib.ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            port = random.randrange(20_000, 32_768)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
        return found


class Processes:
    """Named child processes, each in a session of its own, with its log in `logs`."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._peaks: dict[str, float] = {}

    def __enter__(self) -> "Processes":
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()

    def start(self, name: str, *words: str) -> None:
        """Start `python <words>` under `name`."""
        log = (self._logs / f"{name}.log").open("wb")
        with log:
            self._running[name] = subprocess.Popen(
                [*_ENDS_WITH_US, sys.executable, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Until `ready()`. Raises DidNotStart with the end of the process's log."""
        ends = time.monotonic() + READY_DEADLINE_S
        while time.monotonic() < ends:
            if self._running[name].poll() is not None:
                break
            with contextlib.suppress(OSError):
                if ready():
                    return
            time.sleep(0.02)
        last_words = self.log(name)[-800:]
        raise DidNotStart(f"{name} did not become ready; its log ends:\n{last_words}")

    def log(self, name: str) -> str:
        """What the process wrote so far."""
        return (self._logs / f"{name}.log").read_text(errors="replace")

    def says(self, name: str, word: str) -> Callable[[], bool]:
        """A readiness check: the process wrote a line that begins with `word`."""
        return lambda: any(line.startswith(word) for line in self.log(name).splitlines())

    def peak_rss_mb(self) -> dict[str, float]:
        """Each process's largest resident memory so far, in MB (VmHWM of proc(5)).

        Those which a process of ours started are named after it: `serve/web`.
        """
        for name, process in self._running.items():
            if process.poll() is None:
                self._peaks[name] = _peak_mb(process.pid)
                for command, child in _children(process.pid):
                    with contextlib.suppress(OSError):
                        self._peaks[f"{name}/{command}"] = _peak_mb(child)
        return dict(self._peaks)

    def stop(self, name: str) -> None:
        """End one process; what becomes of the others is their affair."""
        process = self._running.pop(name)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_DEADLINE_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def pid(self, name: str) -> int:
        """Its process id."""
        return self._running[name].pid

    def stop_all(self) -> None:
        """Ask every process to end, newest first; kill what does not."""
        self.peak_rss_mb()
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        ends = time.monotonic() + STOP_DEADLINE_S
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, ends - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _children(pid: int) -> list[tuple[str, int]]:
    """The server's own processes under `pid`: what each was started for, and its id."""
    found: list[tuple[str, int]] = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):  # it may just have ended
            line = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            found += [(command, int(child)) for command in ("jobs", "web") if command in line]
    return found


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def answers(port: int) -> Callable[[], bool]:
    """A readiness check: something accepts connections on `port`."""

    def check() -> bool:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True

    return check

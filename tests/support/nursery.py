"""A process that has imported kiosk, server and sandboxes once, and forks programs on demand.

Each program is a process of its own, in a session of its own, with the command line and the pipes
it would have had; only the second of imports before its first line is saved. It can be made ready
to die or broken before that first line. None outlives the tests, however these end. How the real
command lines start, and what becomes of `serve`'s children, is tried elsewhere without a nursery.

    test ── Nursery ══ socket ══▶ main() ── fork ──▶ Child: runs a module as `python -m` does
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, Any

REPOSITORY = Path(__file__).resolve().parents[2]
ANSWER_S = 240.0  # the first answer comes after a thousand imports, on a busy machine too
_PR_SET_PDEATHSIG = 1
_REQUEST_BYTES = 1 << 16
_APPENDED = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_LOADED = (
    "aiosmtpd.controller",
    "devices.cctalk_bill.driver",
    "devices.cctalk_coin.driver",
    "devices.cctalk_hopper.driver",
    "devices.escpos.driver",
    "devices.nexo.driver",
    "devices.serial_mrz.driver",
    "kiosk.headless",
    "queue_server.bootstrap",
    "queue_server.issuance.adapters.guarded",
    "queue_server.issuance.adapters.pdf_process",
    "queue_server.issuance.adapters.soap",
    "queue_server.issuance.sandbox.press",
    "queue_server.issuance.sandbox.server",
    "queue_server.issuance.services.at_the_centre",
    "queue_server.issuance.services.mailing",
    "queue_server.issuance.services.relay",
    "queue_server.issuance.services.vouchers",
    "queue_server.issuance.services.wallet_watch",
    "queue_server.jobs",
    "queue_server.migrations",
    "queue_server.payments.adapters.gateway",
    "queue_server.payments.sandbox.server",
    "queue_server.web.app",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)


class Child:
    """One program that was started; as much of `subprocess.Popen` as its users need."""

    def __init__(self, pid: int, stdin: int, stdout: int, status: int) -> None:
        self.pid = pid
        self.stdin: IO[str] = os.fdopen(stdin, "w", buffering=1)
        self.stdout: IO[str] = os.fdopen(stdout)
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb", buffering=0)
        self._handle = os.pidfd_open(pid)
        self._lock = Lock()

    def poll(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, forever if need be. Raises subprocess.TimeoutExpired."""
        with self._lock:
            if self.returncode is None:
                if not select.select([self._status], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
                self.returncode = int(self._status.read() or b"-9")
                self._status.close()
        return self.returncode

    def kill(self) -> None:
        """As power goes, for one process."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of its pipes; it must have ended."""
        for each in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                each.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        self.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._handle < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)


class Nursery:
    """The test's end. A context manager; its children end with it. `loaded`: what it imports."""

    def __init__(self, loaded: Sequence[str] = _LOADED) -> None:
        self._loaded = loaded

    def __enter__(self) -> "Nursery":
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), *self._loaded],
                cwd=REPOSITORY,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._lock = Lock()
        self._children: list[Child] = []
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.close()
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait(10)

    def start(
        self, module: str, *words: str, log: Path | None = None, prepare: Sequence[str] = ()
    ) -> Child:
        """Run `module` as `python -m module words` would.

        `log`: where its stderr is appended; None: it is this process's own.
        `prepare`: functions called before, each as `module:function:argument`.
        """
        request = {"module": module, "words": words, "prepare": list(prepare)}
        their_stdin, stdin = os.pipe()
        stdout, their_stdout = os.pipe()
        status, their_status = os.pipe()
        stderr = os.dup(2) if log is None else os.open(log, _APPENDED)
        theirs = [their_stdin, their_stdout, stderr, their_status]
        try:
            with self._lock:
                socket.send_fds(self._socket, [json.dumps(request).encode()], theirs)
                pid = int(self._socket.recv(32))
        finally:
            for each in theirs:
                os.close(each)
        child = Child(pid, stdin, stdout, status)
        self._children = [each for each in self._children if each.returncode is None]
        self._children.append(child)
        return child


def end_with_parent() -> None:
    """Called in a new process: it is killed when its parent dies (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@cache
def shared_nursery() -> Nursery:
    """The one of this process, begun when it is first needed."""
    begun = Nursery().__enter__()
    atexit.register(begun.__exit__)
    return begun


class _Forker:
    """The nursery's own end: forks, reaps, tells."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._statuses: dict[int, int] = {}
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake)

    def run(self) -> None:
        """Until the test hangs up; whoever is left then dies too."""
        try:
            self._serve()
        finally:
            for pid in self._statuses:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._line, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 512)
                self._reap()
            if self._line in ready:
                request, fds, _, _ = socket.recv_fds(self._line, _REQUEST_BYTES, 4)
                if not request:
                    return
                self._begin(json.loads(request), fds)

    def _begin(self, request: dict[str, Any], fds: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(request, fds)
        *pipes, status = fds
        for each in pipes:
            os.close(each)
        self._statuses[pid] = status
        self._line.sendall(str(pid).encode())

    def _reap(self) -> None:
        while self._statuses:
            pid, how = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            status = self._statuses.pop(pid)
            os.write(status, str(os.waitstatus_to_exitcode(how)).encode())
            os.close(status)


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """Be the program; never returns."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_with_parent()
        for number, fd in enumerate(fds[:3]):
            os.dup2(fd, number)
        os.closerange(3, 4096)
        sys.argv = [request["module"], *request["words"]]
        for each in request["prepare"]:
            module, function, argument = each.split(":", 2)
            getattr(importlib.import_module(module), function)(argument)
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the end of a process, as the interpreter would end it
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Import once, then fork for every request."""
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _Forker(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()

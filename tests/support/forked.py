"""Server processes that begin with their modules already read, each a process of its own.

`python -m queue_server` reads modules for a second of CPU before it does anything. Here one process
a test run reads them once and forks for whoever asks. How the command line starts, and what becomes
of `serve`'s children, is tried elsewhere with the real command line.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "queue_server.__main__",
        "queue_server.bootstrap",
        "queue_server.web.app",
        "queue_server.jobs",
        "queue_server.migrations",
        "queue_server.issuance.adapters.guarded",
        "queue_server.issuance.adapters.pdf_process",
        "queue_server.issuance.adapters.soap",
        "queue_server.issuance.services.at_the_centre",
        "queue_server.issuance.services.mailing",
        "queue_server.issuance.services.relay",
        "queue_server.issuance.services.vouchers",
        "queue_server.issuance.services.wallet_watch",
        "queue_server.payments.adapters.gateway",
        "uvicorn",
        "uvicorn.loops.uvloop",
        "uvicorn.protocols.http.httptools_impl",
        "uvicorn.lifespan.on",
    ]
)
_started: list["Forked"] = []


class Forked:
    """One server process; as much of `subprocess.Popen` as its users need."""

    def __init__(self, *words: str) -> None:
        """`words`: the server's command line, without the program's name."""
        self._process = _CONTEXT.Process(target=_become, args=(words,))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid
        _started.append(self)

    @property
    def returncode(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """As `returncode`."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it ends. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("queue_server", timeout or 0.0)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()


@atexit.register
def _end_all() -> None:
    """Whoever a failed test left behind; else the interpreter would wait for them."""
    for each in _started:
        if each.poll() is None:
            each.kill()


def _become(words: Sequence[str]) -> None:
    """Be the server, in a session of its own as `Site.start` gives it."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from queue_server.__main__ import main

    sys.exit(main(words))

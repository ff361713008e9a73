"""A document from outside is read in a process of its own: with bounded memory, time and life.

A parser may loop or grow without end on hostile bytes; that costs this process and nothing else.
It also keeps a second core busy, for pyHanko works in Python throughout.
"""

import multiprocessing
import resource
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from os import getpid
from pathlib import Path

import structlog

from queue_server.core.parentage import end_with_parent
from queue_server.issuance.adapters.pdf import PdfSignatureVerifier
from queue_server.issuance.model import Verdict

DEADLINE_S = 15.0
START_S = 30.0  # more, for a worker that has yet to load its libraries
MAX_MEMORY_BYTES = 1024 * 1024 * 1024
# A worker is replaced after this many documents: what one left behind does not add up.
DOCUMENTS_A_WORKER = 2000

log = structlog.get_logger("issuance")


class IsolatedVerifier:
    """`PdfVerifier` in a worker process that trusts the authorities in `ca_file` and no others.

    A document that kills the worker, or takes longer than `deadline_s` seconds, is not valid; the
    next one gets a new worker. Safe to use from many threads; they take turns. Raises OSError,
    ValueError for a `ca_file` without certificates.
    """

    def __init__(self, ca_file: Path, deadline_s: float = DEADLINE_S) -> None:
        PdfSignatureVerifier(ca_file)  # a bad file is found now, not at the first certificate
        self._ca_file = ca_file
        self._deadline_s = deadline_s
        self._turn = threading.Lock()
        self._worker: _Worker | None = None

    def start(self) -> None:
        """Have a worker begin to load before the first document comes."""
        with self._turn:
            self._at_work()

    def verify(self, pdf: bytes) -> Verdict:
        """Digest, signature and chain of `pdf`; never raises for a bad document."""
        with self._turn:
            worker = self._at_work()
            try:
                verdict = worker.verify(pdf, self._deadline_s)
            except (OSError, EOFError):
                return self._given_up("cannot be read: the reader died of it")
            if verdict is None:
                return self._given_up("takes too long to read")
            if worker.documents >= DOCUMENTS_A_WORKER:
                self._dismiss()
            return verdict

    def close(self) -> None:
        """End the worker."""
        with self._turn:
            self._dismiss()

    def _at_work(self) -> "_Worker":
        if self._worker is None:
            self._worker = _Worker(self._ca_file)
        return self._worker

    def _given_up(self, problem: str) -> Verdict:
        log.error("a document was given up", problem=problem)
        self._dismiss()
        return Verdict(False, "", (problem,))

    def _dismiss(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class _Worker:
    """One process that reads documents, and the line to it."""

    def __init__(self, ca_file: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, its_end = context.Pipe()
        self.documents = 0
        self._process: BaseProcess = context.Process(
            target=_read_for_others, args=(its_end, ca_file, getpid()), daemon=True
        )
        self._process.start()
        its_end.close()

    def verify(self, pdf: bytes, deadline_s: float) -> Verdict | None:
        """The verdict; None when it took too long. Raises OSError, EOFError when it died."""
        self._line.send_bytes(pdf)
        wait_s = deadline_s if self.documents else deadline_s + START_S
        self.documents += 1
        return self._line.recv() if self._line.poll(wait_s) else None

    def end(self) -> None:
        """End it at once, even in the middle of a document."""
        self._line.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _read_for_others(line: Connection, ca_file: Path, parent: int) -> None:
    """In the worker: its bounds, then one document after the other until the line is closed."""
    end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    from pyhanko.sign import validation  # noqa: F401 - loaded before the first document comes

    verifier = PdfSignatureVerifier(ca_file)
    while True:
        try:
            pdf = line.recv_bytes()
        except (EOFError, OSError):
            return
        line.send(verifier.verify(pdf))

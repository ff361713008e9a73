"""A document from outside is read in a process of its own: with bounded memory, time and life.

A parser may loop or grow without end on hostile bytes; that costs this process and nothing else.
It also keeps a second core busy, for pyHanko works in Python throughout.
"""

import multiprocessing
import os
import resource
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import structlog

from queue_server.core.parentage import end_with_parent
from queue_server.issuance.adapters.pdf import PdfSignatureVerifier
from queue_server.issuance.model import Verdict

DEADLINE_S = 15.0
MAX_MEMORY_BYTES = 1024 * 1024 * 1024
# A worker is replaced after this many documents: what one left behind does not add up.
DOCUMENTS_A_WORKER = 2000

log = structlog.get_logger("issuance")
_verifier: PdfSignatureVerifier | None = None


class IsolatedVerifier:
    """`PdfVerifier` in a worker process that trusts the authorities in `ca_file` and no others.

    A document that kills the worker, or takes longer than `deadline_s` seconds, is not valid; the
    next one gets a new worker. Safe to use from many threads. Raises OSError, ValueError for a
    `ca_file` without certificates.
    """

    def __init__(self, ca_file: Path, deadline_s: float = DEADLINE_S) -> None:
        PdfSignatureVerifier(ca_file)  # a bad file is found now, not at the first certificate
        self._ca_file = ca_file
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Have a worker ready before the first document."""
        self._submit(b"")

    def verify(self, pdf: bytes) -> Verdict:
        """Digest, signature and chain of `pdf`; never raises for a bad document."""
        pool, verdict = self._submit(pdf)
        try:
            return verdict.result(self._deadline_s)
        except TookTooLong:
            return self._given_up(pool, "takes too long to read")
        except BrokenProcessPool:
            return self._given_up(pool, "cannot be read: the reader died of it")

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)

    def _submit(self, pdf: bytes) -> tuple[ProcessPoolExecutor, "Future[Verdict]"]:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_prepare,
                    initargs=(self._ca_file, os.getpid()),
                    max_tasks_per_child=DOCUMENTS_A_WORKER,
                )
            try:
                return self._pool, self._pool.submit(_verified, pdf)
            except BrokenProcessPool:
                broken, self._pool = self._pool, None
        _end(broken)
        return self._submit(pdf)

    def _given_up(self, pool: ProcessPoolExecutor, problem: str) -> Verdict:
        log.error("a document was given up", problem=problem)
        with self._lock:
            if self._pool is pool:
                self._pool = None
        _end(pool)
        return Verdict(False, "", (problem,))


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool's worker at once, even in the middle of a document."""
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.kill()


def _prepare(ca_file: Path, parent: int) -> None:
    """In the worker: its bounds, and the authorities it trusts."""
    global _verifier
    end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    from pyhanko.sign import validation  # noqa: F401 - loaded before the first document comes

    _verifier = PdfSignatureVerifier(ca_file)


def _verified(pdf: bytes) -> Verdict:
    assert _verifier is not None
    return _verifier.verify(pdf)

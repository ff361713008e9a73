"""Keeps claims alive while the network is waited for: one thread for all of a process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem

log = structlog.get_logger("relay")


class ClaimKeeper:
    """Renews every claim that is held, each `RENEW_EVERY_S` seconds, until it is let go or lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: set[Errand] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(self, errand: Errand) -> Iterator[None]:
        """Keep the claim on `errand` for the length of the block."""
        with self._lock:
            self._held.add(errand)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="claims", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(errand)

    def _keep(self) -> None:
        """Ends when nothing is held any more; the next claim begins a new one."""
        pause = threading.Event()
        while not pause.wait(outbox.RENEW_EVERY_S):
            with self._lock:
                held = tuple(self._held)
                if not held:
                    self._thread = None
                    return
            for errand in held:
                self._renew(errand)

    def _renew(self, errand: Errand) -> None:
        try:
            self._database.run(lambda uow: outbox.renew(uow, errand))
        except Problem as problem:  # the next time, perhaps
            log.warning("claim not renewed", reason=problem.kind)
        except outbox.ClaimLost:
            with self._lock:
                self._held.discard(errand)
        except Exception:
            log.exception("claim not renewed", kind=errand.kind)  # the others are

"""Runs calls of a library that may hang on a thread of their own, and stops waiting for them."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_JOIN_S = 1.0

Result = TypeVar("Result")


class Late(Exception):
    """The call had not come back by its deadline, or one before it has not come back yet."""


class BoundedCalls:
    """One thread that makes the calls in turn; after a late one no other is begun.

    A call that hangs keeps its thread, which no program can take from it. So the thread carries
    that in its name, and ``is_stuck(name)`` is True as long as it hangs: who asks before opening
    again never has more than one.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]
        self._jobs = queue.SimpleQueue()
        self._name = name
        self._late = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def late(self) -> bool:
        """Whether a call was late, so that none is made any more."""
        return self._late

    def __call__(self, action: Callable[[], Result], deadline: float) -> Result:
        """Return what ``action`` returns, or raise what it raises; raises ``Late``."""
        left = deadline - time.monotonic()
        if self._late or self._closed or left <= 0:
            raise Late
        job: Future[Result] = Future()
        self._jobs.put((action, job))
        try:
            return job.result(left)
        except TimeoutError:
            self._late = True
            self._thread.name = _hanging(self._name)
            raise Late from None

    def close(self, last: Callable[[], object]) -> None:
        """End the thread after ``last``; it is waited for unless it hangs. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put((last, Future()))
        self._jobs.put(None)
        if not self._late:
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            action, future = job
            try:
                future.set_result(action())
            except Exception as failed:  # noqa: BLE001  it is raised again where it was asked for
                future.set_exception(failed)


def is_stuck(name: str) -> bool:
    """Whether a thread of this name still hangs in a late call."""
    return any(thread.name == _hanging(name) for thread in threading.enumerate())


def _hanging(name: str) -> str:
    return f"{name} hangs"

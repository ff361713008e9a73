"""Passwords: argon2id, two at a time, never on the thread of the database."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from queue_server.core.problem import Problem

T = TypeVar("T")

AT_ONCE = 2  # 64 MiB each
MAX_WAITING = 16
LONGEST_WAIT_S = 4.0

_hasher = PasswordHasher()

# The hash of 256 random bits nobody kept, with the parameters of today's hasher. It is verified
# for names that do not exist, so that the time taken tells nothing.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "vI8tHeXk2CLLX9zAFYcOlw$CqC57uZ04qnFNThswy+mQBzkAiEYcmGoBrLlwsXZM+g"
)


def new_password() -> str:
    """A one-time password that somebody reads out or copies by hand."""
    return secrets.token_urlsafe(9)


def hash_password(password: str) -> str:
    """The argon2id hash of `password`; takes tens of milliseconds and 64 MiB."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """True when `password` belongs to `stored`; the same work when there is no account (None)."""
    try:
        return _hasher.verify(stored or NOBODY, password) and stored is not None
    except VerifyMismatchError:
        return False


class PasswordDesk:
    """Hashes and verifies for async code: at most `at_once` at a time, `MAX_WAITING` in line.

    Whoever would wait longer than `longest_wait_s` gets Problem 503 instead.
    """

    def __init__(self, at_once: int = AT_ONCE, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")
        self._places = BoundedSemaphore(at_once + MAX_WAITING)
        self._longest_wait_s = longest_wait_s

    async def verify(self, stored: str | None, password: str) -> bool:
        """`verify_password` in its turn."""
        return await self._in_turn(lambda: verify_password(stored, password))

    async def hash(self, password: str) -> str:
        """`hash_password` in its turn."""
        return await self._in_turn(lambda: hash_password(password))

    def close(self) -> None:
        """Finish what runs, refuse what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise _busy()
        future: Future[T] = self._threads.submit(work)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._longest_wait_s)
        except TimeoutError:
            raise _busy() from None


def _busy() -> Problem:
    return Problem(503, "busy", "Hay muchos ingresos a la vez; inténtelo otra vez en un momento.")

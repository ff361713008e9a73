"""Bounds how often one address may try links that lead nowhere."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic
from typing import Annotated

from fastapi import Depends, Path, Request

from queue_server.core.problem import Problem

MISSES_AT_ONCE = 20
MISS_FORGIVEN_S = 3.0
ADDRESSES, LINKS = 2000, 5000


class LinkGuesses:
    """How many unknown links each address tried lately; a miss is forgiven after some seconds.

    Links to turns and to certificates count together, and so do numbers of applications asked for
    with another's document. A link that led somewhere before is always answered: phones behind one
    address (a carrier's, a careless proxy's) must not lose their turns because a neighbour guesses.
    Held in memory, bounded, one a process. Touched on the event loop only.
    """

    def __init__(self, now_s: Callable[[], float] = monotonic) -> None:
        self._now_s = now_s
        self._full_until: OrderedDict[str, float] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def admit(self, address: str, token: str) -> None:
        """Raises Problem 429 with `retry_after_s` when `address` tried too many unknown links to
        try a new one."""
        if token in self._known:
            return
        wait_s = self._debt_s(address) - MISSES_AT_ONCE * MISS_FORGIVEN_S
        if wait_s > 0:
            words = "Demasiados intentos con enlaces que no existen. Espere un momento y reintente."
            raise Problem(429, "too_many_guesses", words, retry_after_s=ceil(wait_s))

    def missed(self, address: str) -> None:
        """`address` tried a link that leads nowhere."""
        self._full_until[address] = self._now_s() + self._debt_s(address) + MISS_FORGIVEN_S
        self._full_until.move_to_end(address)
        if len(self._full_until) > ADDRESSES:
            self._full_until.popitem(last=False)

    def found(self, token: str) -> None:
        """The link leads somewhere."""
        self._known[token] = None
        self._known.move_to_end(token)
        if len(self._known) > LINKS:
            self._known.popitem(last=False)

    def _debt_s(self, address: str) -> float:
        return max(0.0, self._full_until.get(address, 0.0) - self._now_s())


def guesses_of(request: Request) -> LinkGuesses:
    """The one count of this process."""
    state = request.app.state
    if not hasattr(state, "link_guesses"):
        state.link_guesses = LinkGuesses()
    return state.link_guesses


@contextmanager
def counted(request: Request, word: str, unknown: str) -> Iterator[None]:
    """Around what looks `word` up; a Problem of kind `unknown` is a miss. Raises Problem 429."""
    guesses, address = guesses_of(request), address_of(request)
    guesses.admit(address, word)
    try:
        yield
    except Problem as problem:
        if problem.kind == unknown:
            guesses.missed(address)
        raise
    guesses.found(word)


async def watch_guesses(
    request: Request, token: Annotated[str, Path(max_length=64)]
) -> AsyncIterator[None]:
    """Around a route with a turn's link in its path: counts misses. Raises Problem 429."""
    with counted(request, token, "unknown_turn"):
        yield


def address_of(request: Request) -> str:
    """Where the request came from; a reverse proxy on this host says it for the phone."""
    return request.client.host if request.client else ""


Watched = Depends(watch_guesses)

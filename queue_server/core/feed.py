"""The event log as a live feed: server-sent events with ids and replay (WHATWG HTML §9.2)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from queue_server.core import tables
from queue_server.core.commits import CommitWatch
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork

PAGE = 500
HEARTBEAT_S = 15.0
RETRY_MS = 1000
MAX_LISTENERS = 500


@dataclass(frozen=True)
class FeedEvent:
    """One event as listeners get it."""

    id: int
    kind: str
    body: dict[str, Any]

    def encode(self) -> bytes:
        """The event in the text/event-stream form."""
        data = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.kind}\ndata: {data}\n\n".encode()


class Feed:
    """Wakes listeners when something was committed; each reads on from its own last id.

    Nothing is queued per listener, so a slow one costs nothing and loses nothing: it reads the
    log when it comes back. Other processes' commits are noticed within 20 ms.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False
        self._commits = CommitWatch(database.engine, self.wake)

    @property
    def listeners(self) -> int:
        """How many listeners are connected."""
        return len(self._listeners)

    def start(self) -> None:
        """Begin to watch; called from the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._database.on_commit(self.wake)
        self._commits.start()

    def stop(self) -> None:
        """End the watch and every stream."""
        self._stopped = True
        self._commits.stop()
        self._wake_all()

    def admit(self) -> None:
        """Raise Problem 503 when `MAX_LISTENERS` are already connected."""
        if len(self._listeners) >= MAX_LISTENERS:
            raise Problem(503, "feed_full", "Hay demasiadas pantallas conectadas a la vez.")

    def wake(self) -> None:
        """Tell the listeners to look; safe from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(self._wake_all)

    async def stream(
        self, site: str, after: int | None, kinds: Callable[[str], bool]
    ) -> AsyncIterator[bytes]:
        """Server-sent events of `site` with ids above `after` (None: from now on), for ever."""
        wake = asyncio.Event()
        self._listeners.add(wake)
        try:
            last = after if after is not None else await self._newest(site)
            yield f"retry: {RETRY_MS}\n\n".encode()
            while not self._stopped:
                wake.clear()
                page = await self._database.look(lambda uow, mark=last: _page(uow, site, mark))
                for event in page:
                    last = event.id
                    if kinds(event.kind):
                        yield event.encode()
                if len(page) < PAGE and not await _woken(wake):
                    yield f": {last}\n\n".encode()
        finally:
            self._listeners.discard(wake)

    async def _newest(self, site: str) -> int:
        return await self._database.look(lambda uow: uow.last_event_id(site))

    def _wake_all(self) -> None:
        for listener in self._listeners:
            listener.set()


async def _woken(wake: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(wake.wait(), HEARTBEAT_S)
    except TimeoutError:
        return False
    return True


def _page(uow: UnitOfWork, site: str, after: int) -> list[FeedEvent]:
    events = tables.events
    rows = uow.connection.execute(
        select(events.c.id, events.c.kind, events.c.body)
        .where(events.c.site == site, events.c.id > after)
        .order_by(events.c.id)
        .limit(PAGE)
    )
    return [FeedEvent(row.id, row.kind, row.body) for row in rows]

"""The event log as a live feed: server-sent events with ids and replay (WHATWG HTML §9.2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from math import inf
from time import monotonic

import structlog
from sqlalchemy import bindparam, select

from queue_server.core.commits import CommitWatch
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.ring import KEPT, FeedEvent, Ring
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Recorded, UnitOfWork

PAGE = 500
PRIMED = 256
HEARTBEAT_S = 15.0
RETRY_MS = 1000
MAX_LISTENERS = 500
READ_AGAIN_S = 0.5
LARGEST_ID = 2**63 - 1
# A listener is asked for its right to listen when one of these happened, and every minute: a
# session also ends by being left alone.
ACCESS_KINDS = ("session.ended", "account.", "credential.", "second_factor.")
ASK_AGAIN_S = 60.0

_PAGE = (
    select(events.c.id, events.c.kind, events.c.body)
    .where(events.c.site == bindparam("of_site"), events.c.id > bindparam("mark"))
    .order_by(events.c.id)
    .limit(PAGE)
)
log = structlog.get_logger("feed")


class Feed:
    """Tells listeners what was committed: each event is read and encoded once for all of them.

    This process's own commits reach a site's ring at once, from memory; what other processes
    committed is read from the log when the watch gives a hint. Nothing is queued for a listener:
    it takes from the ring at its own pace. One that comes back catches up from the log; one that
    falls behind the ring while connected is let go and resumes by its last id.
    """

    def __init__(self, database: Database, kept: int = KEPT) -> None:
        self._database = database
        self._kept = kept
        self._channels: dict[str, _Channel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False
        self._commits = CommitWatch(database.engine, self.wake)

    @property
    def listeners(self) -> int:
        """How many listeners are connected."""
        return sum(channel.listeners for channel in self._channels.values())

    def start(self) -> None:
        """Begin to watch; called from the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._database.on_commit(self._committed)
        self._commits.start()

    def stop(self) -> None:
        """End the watch and every stream."""
        self.end_streams()
        self._commits.stop()

    def end_streams(self) -> None:
        """Let every listener go; called first, so that nobody has to be waited for."""
        self._stopped = True
        self._soon(self._ring_all)

    def admit(self) -> None:
        """Raise Problem 503 when `MAX_LISTENERS` are already connected."""
        if self.listeners >= MAX_LISTENERS:
            raise Problem(503, "feed_full", "Hay demasiadas pantallas conectadas a la vez.")

    def wake(self, site: str | None = None) -> None:
        """Look for what others committed at `site` (None: at any); safe from any thread."""
        if site is None or site in self._channels:
            self._soon(self._look, site)

    async def stream(
        self,
        site: str,
        after: int | None,
        kinds: Callable[[str], bool],
        about: Callable[[FeedEvent], bool] = lambda _: True,
        shape: Callable[[FeedEvent], bytes] = lambda event: event.encoded,
        welcome: Callable[[], Awaitable[bool]] | None = None,
    ) -> AsyncIterator[bytes]:
        """Server-sent events of `site` with ids above `after` (None: from now on), for ever, or
        until whoever listens is not `welcome` any more (asked when access changed at the site).

        A listener gets the events whose kind `kinds` admits and, of those, what it is `about`, in
        the `shape` that is meant for it.
        """

        def text(page: Iterable[FeedEvent]) -> bytes:
            return b"".join(shape(each) for each in page if kinds(each.kind) and about(each))

        yield f"retry: {RETRY_MS}\n\n".encode()
        with contextlib.suppress(Problem):  # the log cannot be read: it asks again by its last id
            async with self._channel(site) as channel:
                mark = channel.ring.last if after is None else min(after, LARGEST_ID)
                while not self._stopped and mark < channel.ring.floor:
                    page = await self._page(site, mark)
                    mark = page[-1].id if page else channel.ring.floor
                    if told := text(page):
                        yield told
                beat_at = monotonic() + HEARTBEAT_S
                ask_at = monotonic() if welcome else inf
                while not self._stopped:
                    news = channel.news
                    page = channel.ring.after(mark)
                    if page is None:
                        return  # too slow: it resumes by its last id
                    mark = page[-1].id if page else mark
                    if welcome and (monotonic() >= ask_at or _access_changed(page)):
                        if not await welcome():
                            return
                        ask_at = monotonic() + ASK_AGAIN_S
                    if told := text(page):
                        beat_at = monotonic() + HEARTBEAT_S
                        yield told
                    elif page or await _heard(news, min(beat_at, ask_at)):
                        continue
                    elif monotonic() >= beat_at:
                        # With the id of what was not meant for it, so it never asks for that again.
                        beat_at = monotonic() + HEARTBEAT_S
                        yield f": {mark}\nid: {mark}\n\n".encode()

    @contextlib.asynccontextmanager
    async def _channel(self, site: str) -> "AsyncIterator[_Channel]":
        """The site's channel, with one more listener; it lives as long as somebody listens."""
        channel = self._channels.setdefault(site, _Channel())
        channel.listeners += 1
        try:
            async with channel.priming:
                if channel.ring is _EMPTY:
                    channel.ring = await self._database.look(
                        lambda uow: _primed_ring(uow, site, self._kept)
                    )
                    self._look(site)  # what was told while the ring was not there yet
            yield channel
        finally:
            channel.listeners -= 1
            if not channel.listeners and self._channels.get(site) is channel:
                del self._channels[site]

    async def _page(self, site: str, mark: int) -> Sequence[FeedEvent]:
        return await self._database.look(lambda uow: _read(uow, site, mark))

    # --- news -------------------------------------------------------------------------------------
    def _soon(self, call: Callable[..., None], *words: object) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(call, *words)

    def _committed(self, event: Recorded) -> None:
        if event.site in self._channels:
            self._soon(self._take, event)

    def _take(self, event: Recorded) -> None:
        channel = self._channels.get(event.site)
        if channel is None or channel.ring is _EMPTY:
            return
        if channel.ring.offer(FeedEvent(event.id, event.kind, event.body)):
            channel.tell()
        elif event.id > channel.ring.last:
            self._look(event.site)

    def _look(self, site: str | None) -> None:
        for each in tuple(self._channels) if site is None else (site,):
            channel = self._channels.get(each)
            if channel is not None and channel.ring is not _EMPTY:
                channel.wanted = True
                if channel.reading is None:
                    channel.reading = asyncio.ensure_future(self._read_on(each, channel))

    async def _read_on(self, site: str, channel: "_Channel") -> None:
        """The one reader of a site: until nothing is wanted and nothing more is there."""
        try:
            while channel.wanted and channel.listeners and not self._stopped:
                channel.wanted = False
                try:
                    page = await self._page(site, channel.ring.last)
                except Problem as problem:
                    log.warning("feed cannot read", site=site, reason=problem.kind)
                    channel.wanted = True
                    await asyncio.sleep(READ_AGAIN_S)
                    continue
                if channel.ring.extend(page):
                    channel.tell()
                channel.wanted = channel.wanted or len(page) == PAGE
        finally:
            channel.reading = None

    def _ring_all(self) -> None:
        for channel in self._channels.values():
            channel.tell()


_EMPTY = Ring(0)


class _Channel:
    """One site's ring and those who listen to it. Touched on the event loop only."""

    def __init__(self) -> None:
        self.ring = _EMPTY
        self.priming = asyncio.Lock()
        self.listeners = 0
        self.news = asyncio.Event()
        self.reading: asyncio.Future[None] | None = None
        self.wanted = False

    def tell(self) -> None:
        """Wake everybody who waits for news; whoever comes later waits for the next."""
        told, self.news = self.news, asyncio.Event()
        told.set()


def _access_changed(page: Iterable[FeedEvent]) -> bool:
    return any(each.kind.startswith(ACCESS_KINDS) for each in page)


async def _heard(news: asyncio.Event, until: float) -> bool:
    """True when there is news before the monotonic instant `until`."""
    try:
        async with asyncio.timeout(max(0.0, until - monotonic())):
            await news.wait()
    except TimeoutError:
        return False
    return True


def _primed_ring(uow: UnitOfWork, site: str, kept: int) -> Ring:
    """The ring as it begins: with a little of the past, for those who only lost the connection."""
    floor = max(0, uow.last_event_id(site) - min(PRIMED, kept))
    return Ring(floor, _read(uow, site, floor), kept)


def _read(uow: UnitOfWork, site: str, mark: int) -> list[FeedEvent]:
    rows = uow.connection.execute(_PAGE, {"of_site": site, "mark": mark})
    return [FeedEvent(row.id, row.kind, row.body) for row in rows]

"""Which displays are connected: their live streams, written down for the monitor."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable

import structlog

from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.services import sightings

# Half a minute without it means that the process died (overview.DISPLAY_SILENT).
TELL_EVERY_S = 15.0
Display = tuple[str, str]  # site, name

log = structlog.get_logger("displays")


class DisplayPresence:
    """Counts the open streams of displays. Used on the event loop only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: Counter[Display] = Counter()
        self._told: frozenset[Display] = frozenset()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write down; called from the running event loop."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """End; what is open is told gone."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._open.clear()
        with contextlib.suppress(Problem):
            await self._tell()

    async def during(self, actor: Actor, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """`stream`, while the display `actor` counts as connected."""
        display = (actor.site, actor.name)
        self._open[display] += 1
        self._news.set()
        try:
            async for piece in stream:
                yield piece
        finally:
            self._open[display] -= 1
            self._news.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TELL_EVERY_S):
                    await self._news.wait()
            self._news.clear()
            try:
                await self._tell()
            except Problem as problem:
                log.warning("displays are not written down", reason=problem.kind)

    async def _tell(self) -> None:
        there = frozenset(display for display, count in self._open.items() if count > 0)
        before, self._told = self._told, there
        for site, name in there - before:
            await self._write(lambda uow, s=site, n=name: sightings.display_connected(uow, s, n))
        for site, name in before - there:
            await self._write(lambda uow, s=site, n=name: sightings.display_gone(uow, s, n))
        for site in {site for site, _ in there & before}:
            names = [name for of, name in there & before if of == site]
            await self._write(lambda uow, s=site, n=names: sightings.displays_there(uow, s, n))

    async def _write(self, work: Callable[[UnitOfWork], None]) -> None:
        await self._database.call(work)

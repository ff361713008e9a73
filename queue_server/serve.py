"""Starts the server's processes, starts again what dies, and ends all of them together."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import structlog

READY = "ready"
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 3.0
DEATHS, WITHIN_S = 5, 10.0
FAREWELL_S = 15.0

log = structlog.get_logger("serve")


class Deaths:
    """How often one process died lately, and what follows from it."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=DEATHS)

    def died(self, at: float) -> float | None:
        """Seconds until it is started again; None when it died `DEATHS` times in `WITHIN_S`.

        `at`: seconds on the monotonic clock. The pause doubles while it goes on dying.
        """
        while self._at and self._at[0] <= at - WITHIN_S:
            self._at.popleft()
        self._at.append(at)
        if len(self._at) == DEATHS:
            return None
        return min(LAST_PAUSE_S, FIRST_PAUSE_S * 2 ** (len(self._at) - 1))


class Child:
    """One process of ours: `words` of the command line, and the socket it answers on, if any."""

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        listening: socket.socket | None = None,
        stdout: int | None = None,
    ) -> None:
        self.name = name
        self._words = words
        self._listening = listening
        self._stdout = stdout
        self._process: Process | None = None
        self._deaths = Deaths()

    async def start(self) -> Process:
        """Start it. It inherits nothing but its socket."""
        words = [sys.executable, "-m", "queue_server", *self._words, "--child-of", str(os.getpid())]
        handles = ()
        if self._listening is not None:
            handles = (self._listening.fileno(),)
            words += ["--socket", str(handles[0])]
        self._process = await asyncio.create_subprocess_exec(
            *words, pass_fds=handles, stdout=self._stdout
        )
        return self._process

    async def keep(self) -> None:
        """Start it again whenever it dies, until it died too often: then return."""
        while True:
            process = self._process or await self.start()
            code = await process.wait()
            pause = self._deaths.died(monotonic())
            if pause is None:
                log.error("a process dies again and again", process=self.name, code=code)
                return
            log.warning("a process died", process=self.name, code=code, again_in_s=pause)
            self._process = None
            await asyncio.sleep(pause)

    async def end(self) -> None:
        """Ask it to end; after `FAREWELL_S` it is killed."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._process.wait()
        except TimeoutError:
            log.error("a process did not end and was killed", process=self.name)
            self._process.kill()
            await self._process.wait()


async def serve(
    config: Path, sockets: Sequence[socket.socket], jobs_word: str = "jobs", web_word: str = "web"
) -> int:
    """Run jobs, and once it has migrated one web worker for each of `sockets`, until a signal.

    `jobs_word`, `web_word`: the commands of the two; a hub has its own.

    0 when a signal ended it; 2 when a process could not be kept alive.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    common = ["--config", str(config)]
    jobs = Child("jobs", [*common, jobs_word], stdout=PIPE)
    webs = [Child(f"web {n}", [*common, web_word], each) for n, each in enumerate(sockets, start=1)]
    stopping = asyncio.ensure_future(told.wait())
    try:
        ready = asyncio.ensure_future(_migrated(await jobs.start()))
        await asyncio.wait({ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not told.is_set() and not ready.result():
            return 2
        kept = [asyncio.ensure_future(child.keep()) for child in (jobs, *webs)]
        await asyncio.wait({stopping, *kept}, return_when=asyncio.FIRST_COMPLETED)
        for each in kept:
            each.cancel()
        await asyncio.wait(kept)
        return 0 if told.is_set() else 2
    finally:
        await asyncio.gather(*(child.end() for child in (*webs, jobs)))


async def _migrated(jobs: Process) -> bool:
    assert jobs.stdout is not None
    return (await jobs.stdout.readline()).strip() == READY.encode()

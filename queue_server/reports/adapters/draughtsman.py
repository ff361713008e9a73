"""Has plots drawn by a process of its own, one at a time, and remembers the newest ones."""

import asyncio
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any

import structlog

from queue_server.core.problem import Problem

DEADLINE_S = 30.0
REPORTS_KEPT = 24
MOST_WAITING = 8
MOST_INPUT = 1_000_000
PROGRAM = (sys.executable, "-m", "queue_server.reports.plots")
_NICENESS = 10  # whoever waits in the room comes first

Drawings = Mapping[str, Mapping[str, Any]]
log = structlog.get_logger("reports")


class Draughtsman:
    """Turns drawings into SVG. `program` is started with the drawings on its stdin.

    One process at a time, at most `DEADLINE_S` each; whoever asks for the same report meanwhile
    waits for the same process. Lives on one event loop.
    """

    def __init__(self, program: Sequence[str] = PROGRAM, deadline_s: float = DEADLINE_S) -> None:
        self._program = program
        self._deadline_s = deadline_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._kept: OrderedDict[Hashable, Mapping[str, bytes]] = OrderedDict()

    async def drawn(
        self, key: Hashable, drawings: Callable[[], Awaitable[Drawings]]
    ) -> Mapping[str, bytes]:
        """The SVG of each of `drawings`, by name. `key` says what they are drawn from: they are
        only asked for when it is not remembered. Raises Problem 503 when there is no time.
        """
        if self._waiting >= MOST_WAITING and key not in self._kept:
            raise _not_drawn()
        self._waiting += 1
        try:
            async with self._turn:
                if key not in self._kept:
                    self._keep(key, await self._draw(await drawings()))
                self._kept.move_to_end(key)
                return self._kept[key]
        finally:
            self._waiting -= 1

    def _keep(self, key: Hashable, plots: Mapping[str, bytes]) -> None:
        self._kept[key] = plots
        while len(self._kept) > REPORTS_KEPT:
            self._kept.popitem(last=False)

    async def _draw(self, drawings: Drawings) -> Mapping[str, bytes]:
        asked = json.dumps(drawings).encode()
        if len(asked) > MOST_INPUT:
            raise _not_drawn()
        process = await asyncio.create_subprocess_exec(
            *self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            preexec_fn=_step_back,
        )
        try:
            async with asyncio.timeout(self._deadline_s):
                answer, _ = await process.communicate(asked)
        except TimeoutError:
            log.warning("plots took too long", deadline_s=self._deadline_s)
            raise _not_drawn() from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            log.warning("plots failed", status=process.returncode)
            raise _not_drawn()
        return {name: text.encode() for name, text in json.loads(answer).items()}


def _step_back() -> None:
    os.nice(_NICENESS)


def _not_drawn() -> Problem:
    words = "No se pudo dibujar el gráfico ahora; los mismos datos están en las tablas."
    return Problem(503, "not_drawn", words)

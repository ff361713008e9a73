"""Many kiosks at rest in one process: each beats every ten seconds, none at the same moment.

Each keeps its connection, as in the field, where it asks for the offer by it every second (which is
left out here). Says as JSON how many were taken, how many were not, and how late the latest began.
"""

import asyncio
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from kiosk.heartbeat import EVERY_S
from tests.load.fleet_site import nothing_new

DEADLINE_S = 9.0


class Crowd:
    """The kiosks whose tokens stand in a file."""

    def __init__(self, port: int, authority: Path, tokens: dict[str, str]) -> None:
        self._port = port
        self._trusted = ssl.create_default_context(cafile=str(authority))
        self._tokens = tokens
        self.taken = 0
        self.failed = 0
        self.latest_s = 0.0

    async def beat(self, first: int, turns: int) -> None:
        """All of them, spread evenly, `turns` times; the heartbeats are numbered from `first`."""
        begin = time.monotonic() + 0.2
        step_s = EVERY_S / len(self._tokens)
        async with asyncio.TaskGroup() as group:
            for place, token in enumerate(self._tokens.values()):
                group.create_task(self._kiosk(token, begin + place * step_s, first, turns))

    async def _kiosk(self, token: str, begin: float, first: int, turns: int) -> None:
        line = Line(self._port, self._trusted, token)
        for turn in range(turns):
            due = begin + turn * EVERY_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.latest_s = max(self.latest_s, time.monotonic() - due)
            try:
                async with asyncio.timeout(DEADLINE_S):
                    good = await line.tell(nothing_new(first + turn))
            except (OSError, EOFError, TimeoutError):
                good = False
            self.taken += good
            self.failed += not good
        line.close()


class Line:
    """A kiosk's connection, which it keeps."""

    def __init__(self, port: int, trusted: ssl.SSLContext, token: str) -> None:
        self._port = port
        self._trusted = trusted
        self._token = token
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def tell(self, body: dict[str, Any]) -> bool:
        """Send one heartbeat; whether it was taken. Raises OSError, EOFError."""
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._trusted)
        reader, writer = self._open
        sent = json.dumps(body).encode()
        head = (
            "POST /api/v1/heartbeat HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        writer.write(head.encode() + sent)
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(each for each in said.split(b"\r\n") if each.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        return b" 200 " in said

    def close(self) -> None:
        """Let go of it."""
        if self._open is not None:
            self._open[1].close()


def main() -> None:
    """`python -m tests.load.fleet_kiosks PORT CA TOKENS FIRST TURNS`."""
    port, authority, tokens, first, turns = sys.argv[1:]
    crowd = Crowd(int(port), Path(authority), json.loads(Path(tokens).read_text()))
    asyncio.run(crowd.beat(int(first), int(turns)))
    said = {"taken": crowd.taken, "failed": crowd.failed, "latest_s": round(crowd.latest_s, 3)}
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()

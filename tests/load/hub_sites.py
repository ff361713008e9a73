"""Many sites in one process: each sends its hub a batch every ten seconds, none at the same moment.

Each keeps its connection. A batch holds seven events and the head of the chain; every tenth of them
a state that changed. Says as JSON how many were taken, how many were not, and what is lost: events
that the hub does not hold although it acknowledged nothing less.
"""

import asyncio
import hashlib
import json
import ssl
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.country import Told, state_of

EVERY_S = 10.0
EVENTS, CHANGES_EVERY = 7, 10
DEADLINE_S = 9.0


class Line:
    """A site's connection to its hub, which it keeps."""

    def __init__(self, port: int, trusted: ssl.SSLContext, token: str) -> None:
        self._port = port
        self._trusted = trusted
        self._token = token
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def tell(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send one batch; the hub's answer. Raises OSError, EOFError, RuntimeError."""
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._trusted)
        reader, writer = self._open
        sent = json.dumps(body).encode()
        head = (
            "POST /api/v1/hub/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        writer.write(head.encode() + sent)
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(each for each in said.split(b"\r\n") if each.startswith(b"content-length:"))
        content = await reader.readexactly(int(length.partition(b":")[2]))
        if b" 200 " not in said.partition(b"\r\n")[0]:
            raise RuntimeError(content.decode())
        return json.loads(content)

    def close(self) -> None:
        """Let go of it."""
        if self._open is not None:
            self._open[1].close()


class InventedSite:
    """What one site would tell: events numbered from one on, and a state that changes at times."""

    def __init__(self, code: str, place: int) -> None:
        self._told = Told(code, f"Módulo {code}", "Lima", kiosks=4, up=4)
        self._place = place
        self.last = 0
        self._digest = ""

    def batch(self, turn: int) -> dict[str, Any]:
        """Its next batch: what happened in ten seconds."""
        now = datetime.now(UTC)
        events = [_event(self.last + 1 + number, now) for number in range(EVENTS)]
        body: dict[str, Any] = {
            "version": 1,
            "sent_at": now.isoformat(),
            "events": events,
            "head": {"id": self.last + EVENTS, "mac": _digest(f"{self.last + EVENTS}")},
            "state_digest": self._digest,
        }
        if not self._digest or (turn + self._place) % CHANGES_EVERY == 0:
            body["state"] = state_of(self._told, now).model_dump(mode="json")
            body["state_digest"] = self._digest = _digest(f"{turn}")
        return body


class Crowd:
    """The sites whose tokens stand in a file."""

    def __init__(self, port: int, authority: Path, tokens: dict[str, str]) -> None:
        self._port = port
        self._trusted = ssl.create_default_context(cafile=str(authority))
        self._tokens = tokens
        self.taken, self.failed, self.lost = 0, 0, 0
        self.latest_s = 0.0

    async def tell(self, first: int, turns: int) -> None:
        """All of them, spread evenly, `turns` times; `first`: how many turns they told before."""
        begin = time.monotonic() + 0.2
        step_s = EVERY_S / len(self._tokens)
        async with asyncio.TaskGroup() as group:
            for place, (code, token) in enumerate(self._tokens.items()):
                site = InventedSite(code, place)
                site.last = first * EVENTS
                group.create_task(self._site(site, token, begin + place * step_s, turns))

    async def _site(self, site: InventedSite, token: str, begin: float, turns: int) -> None:
        line = Line(self._port, self._trusted, token)
        for turn in range(turns):
            due = begin + turn * EVERY_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.latest_s = max(self.latest_s, time.monotonic() - due)
            batch = site.batch(turn)
            try:
                async with asyncio.timeout(DEADLINE_S):
                    answer = await line.tell(batch)
            except (OSError, EOFError, TimeoutError, RuntimeError):
                self.failed += 1
                continue
            self.taken += 1
            site.last += EVENTS
            self.lost += site.last - answer["last_event"]
        line.close()


def _event(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "at": now.isoformat(),
        "kind": "ticket.called",
        "actor": "counter:ana",
        "body": {"ticket": f"{number:08d}-0000-4000-8000-000000000000", "counter": "V2"},
    }


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def main() -> None:
    """`python -m tests.load.hub_sites PORT CA TOKENS FIRST TURNS`."""
    port, authority, tokens, first, turns = sys.argv[1:]
    crowd = Crowd(int(port), Path(authority), json.loads(Path(tokens).read_text()))
    asyncio.run(crowd.tell(int(first), int(turns)))
    said = {
        "taken": crowd.taken,
        "failed": crowd.failed,
        "lost": crowd.lost,
        "latest_s": round(crowd.latest_s, 3),
    }
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()

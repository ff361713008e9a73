"""A light HTTP client for measuring: what it costs itself hides what is measured."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

DEADLINE_S = 30.0
IDLE_S = 2.0


@dataclass(frozen=True)
class Answer:
    """Status and body of a reply: JSON where it is JSON, else bytes."""

    status: int
    body: Any


class Client:
    """One kept-alive connection to a server on this machine; not for several threads."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.port = port
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        self._used_at = time.monotonic()

    def post(self, path: str, body: Any = None) -> Answer:
        """The answer to a POST with a fresh Idempotency-Key."""
        sent = json.dumps(body).encode() if body is not None else None
        return self._ask("POST", path, sent, {"Idempotency-Key": uuid4().hex})

    def get(self, path: str) -> Answer:
        """The answer to a GET."""
        return self._ask("GET", path, None, {})

    def send(self, path: str, body: bytes) -> Answer:
        """The answer to a POST of these bytes."""
        return self._ask("POST", path, body, {})

    def _ask(self, method: str, path: str, sent: bytes | None, more: dict[str, str]) -> Answer:
        if time.monotonic() - self._used_at > IDLE_S:
            self._connection.close()  # the server closes what is idle for longer
        self._used_at = time.monotonic()
        self._connection.request(method, path, sent, {**self.headers, **more})
        reply = self._connection.getresponse()
        text = reply.read()
        is_json = "json" in reply.getheader("Content-Type", "")
        return Answer(reply.status, json.loads(text) if is_json else text)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def per_second(clients: list[Client], seconds: float, work: Callable[[Client], None]) -> float:
    """How often a second the clients, each in a closed loop of its own thread, get `work` done."""
    stop = threading.Event()

    def loop(client: Client) -> int:
        done = 0
        while not stop.is_set():
            work(client)
            done += 1
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        loops = [pool.submit(loop, client) for client in clients]
        time.sleep(seconds)
        stop.set()
        total = sum(each.result() for each in loops)
    return total / (time.perf_counter() - began)


def durations_ms(
    clients: list[Client], times: int, work: Callable[[Client], Callable[[], object]]
) -> list[float]:
    """How long `work` took each of `times` times in every client's closed loop.

    `work` returns what has to be done afterwards and is not measured.
    """

    def loop(client: Client) -> list[float]:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            afterwards = work(client)
            took.append((time.perf_counter() - began) * 1000)
            afterwards()
        return took

    with ThreadPoolExecutor(len(clients)) as pool:
        return [each for took in pool.map(loop, clients) for each in took]


def quantile(samples: list[float], share: float) -> float:
    """The sample below which `share` of them lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

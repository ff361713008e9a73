"""Clients that do random things and repeat each request with its key until somebody answers."""

import contextlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from tests.race.history import History, Operation

ANSWER_WITHIN_S = 6.0
GIVE_UP_S = 25.0
SERVICES = ("information", "review", "conduct")


class Line:
    """A connection that may be dropped at any moment, by either side."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port, self._headers = port, {**headers, "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, key: str, body: Any) -> tuple[int, Any]:
        """Status and body of one try. Raises OSError or HTTPException when the line breaks."""
        line = self._connection = self._connection or http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=ANSWER_WITHIN_S
        )
        sent = None if body is None else json.dumps(body)
        try:
            line.request("POST", path, sent, {**self._headers, "Idempotency-Key": key})
            reply = line.getresponse()
            text = reply.read()
        except AttributeError as error:  # http.client, when another thread has just cut the line
            raise ConnectionAbortedError(path) from error
        return reply.status, json.loads(text) if text else None

    def drop(self) -> None:
        """Cut the line, perhaps in the middle of a request."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()


class Client:
    """One client with its own line; `act` chooses what it does next."""

    def __init__(self, name: str, line: Line, history: History, seed: int) -> None:
        self.name, self.line, self.history = name, line, history
        self.random = random.Random(seed)

    def request(self, kind: str, subject: str, path: str, body: Any = None) -> Operation:
        """Carry a request out: the same key again until an answer other than "try again"."""
        operation = Operation(self.name, kind, subject, time.time())
        key, ends = uuid4().hex, time.monotonic() + GIVE_UP_S
        while time.monotonic() < ends:
            try:
                status, answer = self.line.ask(path, key, body)
            except (OSError, http.client.HTTPException, ValueError):
                self.line.drop()
                time.sleep(0.02)
                continue
            if status == 503:
                time.sleep(0.05)
                continue
            operation.status, operation.body = status, answer
            break
        operation.ended = time.time()
        self.history.add(operation)
        return operation


class Issuer(Client):
    """A kiosk: takes turns."""

    def act(self) -> None:
        body = {
            "service": self.random.choice(SERVICES),
            "attention_class": self.random.choices(["general", "preferential"], [8, 2])[0],
        }
        self.request("issue", "", "/api/v1/tickets", body)
        time.sleep(self.random.uniform(0.0, 0.06))


class Operator(Client):
    """A member of staff at one counter: calls, and does whatever staff do with a ticket."""

    counter = "W1"
    ticket = ""

    def act(self) -> None:
        if not self.ticket:
            called = self.request(
                "call", self.counter, f"/api/v1/counters/{self.counter}/call-next"
            )
            if called.acknowledged:
                self.ticket = called.body["ticket_id"]
            elif called.status == 409 and called.body.get("title") == "counter_busy":
                self.ticket = called.body["ticket"]
            else:
                time.sleep(0.03)
            return
        what, body, leaves = self.random.choices(_AT_COUNTER, _WEIGHTS)[0]
        self.request(what, self.ticket, f"/api/v1/tickets/{self.ticket}/{what}", body)
        if leaves:
            if what in ("finish", "no-show") and self.random.random() < 0.15:
                undone = self.request("undo", self.ticket, f"/api/v1/tickets/{self.ticket}/undo")
                if undone.acknowledged:
                    return
            self.ticket = ""


_AT_COUNTER: Sequence[tuple[str, Any, bool]] = (
    ("finish", None, True),
    ("start", None, False),
    ("recall", None, False),
    ("no-show", None, True),
    ("hold", {"reason": "copia", "return_at": None}, True),
    ("transfer", {"service": "review"}, True),
    ("undo", None, True),
    ("cancel", None, True),
)
_WEIGHTS = (10, 4, 1, 1, 1, 2, 1, 1)


def run_for(
    clients: Sequence[Any], seconds: float, nemesis: Callable[[threading.Event], None]
) -> None:
    """Every client acts on a thread of its own until the time is up; the nemesis as well."""
    stop = threading.Event()

    def loop(client: Any) -> None:
        while not stop.is_set():
            client.act()

    threads = [threading.Thread(target=loop, args=(each,), daemon=True) for each in clients]
    trouble = threading.Thread(target=nemesis, args=(stop,), daemon=True)
    for thread in (*threads, trouble):
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in (trouble, *threads):
        thread.join(timeout=GIVE_UP_S + ANSWER_WITHIN_S)
        assert not thread.is_alive(), "a client never came back"

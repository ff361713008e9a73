"""Displays of the waiting room as the bench sees them: sockets that note when a call arrives."""

import http.client
import json
import threading
import time
from typing import Any

from tests.load.client import Client

DEADLINE_S = 90.0


class Display:
    """Listens to the feed on a thread of its own; knows when each event arrived."""

    def __init__(self, port: int, cookie: str, after: int) -> None:
        self.seen: dict[int, float] = {}
        self.calls: dict[str, float] = {}
        self.last = after
        self._headers = {"Cookie": cookie, "Last-Event-ID": str(after)}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """The line is cut: nothing arrives any more."""
        if self._connection.sock is not None:
            self._connection.sock.close()
            self._connection.sock = None
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            self._connection.request("GET", "/api/v1/feed", headers=self._headers)
            reply = self._connection.getresponse()
            self.listening.set()
            self._read(reply)
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return  # cut

    def _read(self, reply: Any) -> None:
        event: dict[str, str] = {}
        while line := reply.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                event[name] = value
                continue
            if "data" in event:
                self._note(int(event["id"]), event["event"], event["data"])
            event = {}

    def _note(self, event_id: int, kind: str, data: str) -> None:
        now = time.perf_counter()
        self.last = event_id
        self.seen[event_id] = now
        if kind == "ticket.called":
            self.calls[json.loads(data)["ticket"]] = now


def call_to_displays_ms(
    operator: Client, counter: str, displays: list[Display], calls: int
) -> list[float]:
    """From the moment the operator's request leaves until each display has the call."""
    began: dict[str, float] = {}
    for _ in range(calls):
        started = time.perf_counter()
        ticket = operator.post(f"/api/v1/counters/{counter}/call-next").body["ticket_id"]
        began[ticket] = started
        operator.post(f"/api/v1/tickets/{ticket}/finish")
        time.sleep(0.05)
    time.sleep(0.5)
    return [
        (display.calls[ticket] - started) * 1000
        for display in displays
        for ticket, started in began.items()
    ]

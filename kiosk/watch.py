"""Keeps in touch with the queue server: what it offers now."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import structlog

from kiosk.day_report import local_day
from kiosk.flow.events import Event, ServerLost, ServerSeen
from kiosk.flow.world import Service, ServiceKind, ServiceWords
from kiosk.queue_client import Answer, Granted, QueueClient, Refused

# With the server's own watch over the centre a kiosk knows within 5 s that it is away.
OFFER_EVERY_S = 1.0

log = structlog.get_logger("watch")


class ServerWatch:
    """Asks for the offer every `OFFER_EVERY_S` seconds and posts it when it, or the day, changed.

    `now` gives aware UTC. `hear` gets each offer as it came: what else the server says with it.
    """

    def __init__(
        self,
        client: QueueClient,
        post: Callable[[Event], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hear: Callable[[Mapping[str, Any]], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._post = post
        self._now = now
        self._hear = hear
        self._last: Event | None = None

    def look(self) -> None:
        """Ask once."""
        answer = self._client.offer()
        today = local_day(self._now())
        event = seen(answer.body, today) if isinstance(answer, Granted) else _lost(answer)
        if event != self._last:
            log.info("server", state=type(event).__name__, answer=type(answer).__name__)
            self._last = event
            self._post(event)
        if isinstance(answer, Granted):
            self._hear(answer.body)


def _lost(answer: Answer) -> ServerLost:
    return ServerLost(turned_away=isinstance(answer, Refused) and answer.status in (401, 403))


def seen(offer: dict[str, Any], today: date | None = None) -> ServerSeen:
    """The flow's event for an offer of the server, on the local day `today`."""
    return ServerSeen(
        site=offer["site_name"],
        services=tuple(_service(row) for row in offer["services"]),
        backend=offer["backend"],
        fee_centimos=offer["fee_centimos"],
        public_address=offer["public_address"],
        wallet=offer.get("wallet", False),
        complaints=offer.get("complaints", ""),
        today=today,
    )


def _service(row: Mapping[str, Any]) -> Service:
    words = row.get("words", {})
    return Service(
        row["code"],
        row["name"],
        row["series"],
        ServiceKind(row["kind"]),
        row.get("needs", ""),
        tuple(ServiceWords(code, words[code]["name"], words[code]["needs"]) for code in words),
    )


class Repeating:
    """A thread that does `work` every `every_s` seconds until stopped."""

    def __init__(self, name: str, every_s: float, work: Callable[[], None]) -> None:
        self._every_s = every_s
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first turn is done at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the turn under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work()
            except Exception:
                log.exception("watch failed, will be tried again", watch=self._thread.name)
            self._stop.wait(self._every_s)

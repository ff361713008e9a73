"""Tells the server how this kiosk is: every ten seconds, and at once when something changed."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import structlog

from kiosk.queue_client import Answer, Granted, Refused
from kiosk.vitals import ClockOffset, boot_id

EVERY_S = 10.0
TRIES = 3
TRY_S = 3.0
"""How long one try may take: three of them fit into the ten seconds."""
DEBOUNCE_S = 0.2
"""What changes together is told together."""
LOOK_EVERY_S = 1.0
"""What no device tells (the flow, the journal, a closure) is looked at this often."""

log = structlog.get_logger("heartbeat")

Row = Mapping[str, Any]


class _Client(Protocol):
    def heartbeat(self, body: dict[str, Any], within_s: float) -> Answer: ...


@dataclass(frozen=True)
class Urgent:
    """What is told at once when it changes, as the server's API takes it."""

    devices: tuple[Row, ...] = ()
    journeys: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Rest:
    """What can wait for the next heartbeat."""

    screen: str
    unsent: int = 0
    oldest_unsent_s: int | None = None
    supplies: tuple[Row, ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict[str, int])
    vitals: Row = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """Everything of one moment."""

    urgent: Urgent
    rest: Rest


def body_of(now: Told, before: Told | None) -> dict[str, Any]:
    """PURE: what is sent: all of it, or what differs from what was last acknowledged."""
    rest = now.rest
    always = {
        "screen": rest.screen,
        "unsent": rest.unsent,
        "oldest_unsent_s": rest.oldest_unsent_s,
        "vitals": dict(rest.vitals),
    }
    if before is None:
        return {
            **always,
            "full": True,
            "devices": list(now.urgent.devices),
            "journeys": list(now.urgent.journeys),
            "supplies": list(rest.supplies),
            "counters": dict(rest.counters),
            "notes": list(rest.notes),
        }
    old = {each["name"]: each for each in before.urgent.devices}
    names = {each["name"] for each in now.urgent.devices}
    counters = {
        name: count
        for name, count in rest.counters.items()
        if before.rest.counters.get(name) != count
    }
    return {
        **always,
        "full": False,
        "devices": [each for each in now.urgent.devices if old.get(each["name"]) != each],
        "gone": sorted(old.keys() - names),
        "journeys": _unless_same(now.urgent.journeys, before.urgent.journeys),
        "supplies": _unless_same(rest.supplies, before.rest.supplies),
        "counters": counters,
        "notes": _unless_same(rest.notes, before.rest.notes),
    }


def _unless_same(now: Sequence[Any], before: Sequence[Any]) -> list[Any] | None:
    return None if now == before else list(now)


class Heartbeat:
    """One program's heartbeats, counted from its start. `beat` is called by one thread.

    Each goes out up to `TRIES` times within its ten seconds under the same number. It tells what
    differs from the one before. All of it is told first, when the server misses something, and
    when nobody knows whether the one before arrived: a difference needs a known ground. `wait`
    waits; `listen` waits for news at most that long.
    """

    def __init__(
        self,
        client: _Client,
        urgent: Callable[[], Urgent],
        rest: Callable[[], Rest],
        build: str,
        clock: ClockOffset,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
        listen: Callable[[float], object] = time.sleep,
    ) -> None:
        self._client = client
        self._urgent = urgent
        self._rest = rest
        self._clock = clock
        self._monotonic = monotonic
        self._wait = wait
        self._listen = listen
        self._session = str(uuid4())
        self._always = {
            "boot_id": boot_id() or self._session,
            "session": self._session,
            "build": build,
        }
        self._sequence = 0
        self._acknowledged: Told | None = None
        self._sent: Urgent | None = None
        self._next = 0.0
        self._refused = ""

    @property
    def is_acknowledged(self) -> bool:
        """Whether the server answered the last one, and misses nothing."""
        return self._acknowledged is not None

    def beat(self) -> None:
        """Send one when it is due, or when something urgent is new."""
        urgent = self._urgent()
        if urgent == self._sent and self._monotonic() < self._next:
            return
        if self._sent is not None and urgent != self._sent:
            self._wait(DEBOUNCE_S)
            urgent = self._urgent()
        self._send(Told(urgent, self._rest()))

    def _send(self, told: Told) -> None:
        self._sequence += 1
        self._sent, before, self._acknowledged = told.urgent, self._acknowledged, None
        body = {**self._always, "sequence": self._sequence, **body_of(told, before)}
        begins = self._monotonic()
        self._next = begins + EVERY_S
        for each in range(1, TRIES + 1):
            begun = self._clock.begin()
            answer = self._client.heartbeat(body, TRY_S)
            if isinstance(answer, Granted):
                self._taken(told, answer.body or {}, begun)
                return
            if isinstance(answer, Refused) and answer.status != 503:
                self._turned_away(answer)
                return
            if each < TRIES and not self._same_until(begins + each * EVERY_S / TRIES, told.urgent):
                return  # it is out of date: the news go out under the next number

    def _taken(self, told: Told, answer: Mapping[str, Any], begun: float) -> None:
        self._refused = ""
        if answer.get("full_state"):
            self._next = self._monotonic()
        else:
            self._acknowledged = told
        if "now" in answer:
            self._clock.ended(begun, datetime.fromisoformat(answer["now"]))

    def _turned_away(self, answer: Refused) -> None:
        """Said once: what is wrong with it will not mend by itself."""
        if answer.kind != self._refused:
            log.error("the server will not take the heartbeat", answer=answer.kind)
        self._refused = answer.kind

    def _same_until(self, at: float, urgent: Urgent) -> bool:
        """Wait until `at`; False at once when something urgent changed meanwhile."""
        while (left := at - self._monotonic()) > 0:
            if self._urgent() != urgent:
                return False
            self._listen(min(left, LOOK_EVERY_S))
        return self._urgent() == urgent


class Beating:
    """The thread that beats. `nudge` from any thread makes it look at once."""

    def __init__(self) -> None:
        self._heartbeat: Heartbeat | None = None
        self._news = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def listen(self, seconds: float) -> None:
        """Wait at most that long for news."""
        self._news.wait(seconds)
        self._news.clear()

    def wait(self, seconds: float) -> None:
        """Wait, unless it ends."""
        self._ending.wait(seconds)

    def of(self, heartbeat: Heartbeat) -> "Beating":
        """What it beats; set before it starts."""
        self._heartbeat = heartbeat
        return self

    @property
    def is_acknowledged(self) -> bool:
        """Whether the server answered the last one, and misses nothing."""
        return self._heartbeat is not None and self._heartbeat.is_acknowledged

    def nudge(self) -> None:
        """Something may have changed."""
        self._news.set()

    def start(self) -> None:
        """Begin; the first goes out at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the try under way."""
        self._ending.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(timeout=TRY_S + 1.0)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                if self._heartbeat is not None:
                    self._heartbeat.beat()
            except Exception:
                log.exception("heartbeat failed, will be tried again")
            self.listen(LOOK_EVERY_S)

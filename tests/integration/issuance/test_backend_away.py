"""The centre goes away under a running site: within 5 s the last kiosk has stopped selling."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kiosk.flow.events import Event
from kiosk.flow.states import State
from kiosk.flow.step import step
from kiosk.flow.world import Obstacle, Part, PartState, World, certificate_obstacle
from kiosk.queue_client import QueueClient
from kiosk.watch import OFFER_EVERY_S, Repeating, ServerWatch
from tests.support import issuing
from tests.support.centre import Centre, eventually

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World as Around

# The promise is five seconds, and counted in test_guarded; what a busy machine adds is not.
PATIENCE_S = 8.0


class Screen:
    """What a kiosk knows and offers, without the kiosk around it: its own watch and its flow."""

    def __init__(self) -> None:
        usable = tuple((part, PartState(usable=True)) for part in Part)
        self._state = State(world=World(parts=usable))
        self._lock = threading.Lock()

    def post(self, event: Event) -> None:
        with self._lock:
            self._state, _ = step(self._state, event)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why no certificate can be chosen; None when it can."""
        return certificate_obstacle(self._state.world)


@pytest.fixture
def screen(world: "Around") -> Iterator[Screen]:
    kiosk = world.site.kiosk("T77")
    client, made = QueueClient(world.site.url, kiosk.token), Screen()
    watch = Repeating("offer", OFFER_EVERY_S, ServerWatch(client, made.post).look)
    watch.start()
    yield made
    watch.stop()
    client.close()
    kiosk.http.close()


@contextmanager
def hanging(centre: Centre) -> Iterator[None]:
    """Connections are accepted, nobody answers."""
    process = centre._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


@contextmanager
def killed(centre: Centre) -> Iterator[None]:
    """Connections are refused."""
    centre.kill()
    try:
        yield
    finally:
        centre.start()


@contextmanager
def unavailable(centre: Centre) -> Iterator[None]:
    """Every question gets HTTP 503 and a page."""
    centre.order(fault="down")
    try:
        yield
    finally:
        centre.order(fault="none")


SLOWEST = pytest.param(hanging, id="hangs")
OTHERS = [
    pytest.param(killed, id="killed", marks=pytest.mark.thorough),
    pytest.param(unavailable, id="http-503", marks=pytest.mark.thorough),
]


@pytest.mark.parametrize("away", [SLOWEST, *OTHERS])
def test_within_five_seconds_no_kiosk_sells_and_afterwards_all_do(
    world: "Around", screen: Screen, away: Callable[[Centre], object]
) -> None:
    eventually(lambda: screen.obstacle is None)
    with away(world.centre):  # pyright: ignore[reportGeneralTypeIssues]
        began = time.monotonic()
        eventually(lambda: not _offered(world))
        server_s = time.monotonic() - began
        eventually(lambda: screen.obstacle)
        kiosk_s = time.monotonic() - began
        assert screen.obstacle is Obstacle.BACKEND_AWAY
        assert server_s <= kiosk_s <= PATIENCE_S, (server_s, kiosk_s)
        asked = time.monotonic()
        assert world.desk.check(issuing.CLEAN)["reason"] == "backend_away"
        assert time.monotonic() - asked < 5.0, "the breaker is open and the centre was waited for"
    eventually(lambda: screen.obstacle is None)
    assert world.desk.check(issuing.CLEAN)["reason"] != "backend_away"


def _offered(world: "Around") -> bool:
    return world.desk.kiosk.http.get("/api/v1/offer").json()["backend"]

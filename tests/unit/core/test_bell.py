"""A bell calls one of those who wait, and is heard by whoever comes too late to have waited."""

import threading

import pytest

from queue_server.core.bell import Bell


def heard(bell: Bell, listeners: int, rings: int) -> int:
    """How many of `listeners` are called by `rings` while all of them wait."""
    called: list[bool] = []
    ready = threading.Barrier(listeners + 1)

    def listen() -> None:
        ready.wait(10)
        called.append(bell.wait(0.5))

    threads = [threading.Thread(daemon=True, target=listen) for _ in range(listeners)]
    for thread in threads:
        thread.start()
    ready.wait(10)
    for _ in range(rings):
        bell.ring()
    for thread in threads:
        thread.join(10)
    return sum(called)


def test_one_ring_calls_one() -> None:
    assert heard(Bell(), listeners=4, rings=1) == 1


def test_a_ring_while_nobody_listens_is_not_lost() -> None:
    bell = Bell()
    bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0), "it was heard once"


@pytest.mark.negative_control
def test_an_event_would_call_everybody() -> None:
    class Loud(Bell):
        def wait(self, timeout_s: float) -> bool:
            with self._condition:
                return self._condition.wait_for(lambda: self._rung, timeout_s)

        def ring(self) -> None:
            with self._condition:
                self._rung = True
                self._condition.notify_all()

    assert heard(Loud(), listeners=4, rings=1) == 4

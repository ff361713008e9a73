"""What the tests over real pseudo-terminals share: a recorder of published events."""

import threading
from collections.abc import Callable
from typing import Any

import pytest


class Recorder:
    """Keeps what a supervisor publishes and lets a test wait for it, with a deadline."""

    def __init__(self) -> None:
        self._events: list[Any] = []
        self._condition = threading.Condition()

    def __call__(self, event: Any) -> None:
        with self._condition:
            self._events.append(event)
            self._condition.notify_all()

    def events(self) -> list[Any]:
        with self._condition:
            return list(self._events)

    def wait_for(self, wanted: Callable[[Any], bool], timeout_s: float = 20.0) -> Any | None:
        """Return the first event not yet returned that is wanted, dropping those before it."""
        with self._condition:
            self._condition.wait_for(lambda: any(map(wanted, self._events)), timeout_s)
            for place, event in enumerate(self._events):
                if wanted(event):
                    del self._events[: place + 1]
                    return event
        return None


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()

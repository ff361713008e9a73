"""Kiosks that do not come back well with one value of the configuration, and a hurried one.

Each is called before the real program begins, in its process.
"""

import os
from collections.abc import Callable
from threading import Event

from kiosk.actions import trial, works
from kiosk.actions.settings import SettingsBook
from kiosk.config import KioskConfig
from kiosk.flow.facts import PrintState
from kiosk.queue_client import Away, QueueClient


def hurried(seconds: str) -> None:
    """A changed configuration is judged after so many seconds."""
    trial.HEALTHY_WITHIN_S = float(seconds)


def deaf(numbers: str) -> None:
    """With so many numbers in reserve the server hears nothing of this kiosk."""

    def fall_silent() -> None:
        setattr(QueueClient, "heartbeat", lambda *_, **__: Away("deaf"))  # noqa: B010

    _when_it_starts_with(numbers, fall_silent)


def dying(numbers: str) -> None:
    """With so many numbers in reserve the program dies as it starts."""
    _when_it_starts_with(numbers, lambda: os._exit(3))


def never_back(_: str) -> None:
    """What was proposed stays, whatever becomes of it."""
    setattr(SettingsBook, "back", lambda *_: None)  # noqa: B010


def stuck(seconds: str) -> None:
    """A test print takes so long."""

    def never_done(*_: object) -> PrintState:
        Event().wait(float(seconds))
        return PrintState.UNKNOWN

    setattr(works, "print_once", never_done)  # noqa: B010


def _when_it_starts_with(numbers: str, act: Callable[[], None]) -> None:
    begin = SettingsBook.begin

    def begun(book: SettingsBook, config: KioskConfig) -> KioskConfig:
        found = begin(book, config)
        if found.offline.numbers == int(numbers):
            act()
        return found

    setattr(SettingsBook, "begin", begun)  # noqa: B010

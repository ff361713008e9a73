"""The seam between screen and runner: all that the Kivy app may know of the rest of the kiosk."""

from typing import Protocol

from kiosk.flow.events import Event
from kiosk.flow.states import State


class Engine(Protocol):
    """Takes touches in, gives the state out. `runner.Runner` is the real one."""

    @property
    def state(self) -> State:
        """The state after the last drained event."""
        ...

    def post(self, event: Event) -> None:
        """Queue an event; never blocks. A full inbox drops touches, never news."""
        ...

    def drain(self) -> bool:
        """Apply what is queued; True when the state changed. Called from one thread only."""
        ...

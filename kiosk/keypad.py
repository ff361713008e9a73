"""The navigation keypad as a part of the kiosk: its keys wait for the screen, its jack does not."""

from collections import deque
from collections.abc import Callable

from devices.kinds.keypad import KIND, JackChanged, KeyPressed
from devices.supervisor import Event, Reported, StatusChanged

PLACES = 32
"""More keys than anybody presses between two frames."""


class KeypadDesk:
    """Hears a keypad on its device's thread; the screen takes the keys on its own.

    `on_jack` is told at once, on the device's thread, whether headphones are in: what is being
    said to them must stop before anybody else hears it. A keypad that goes away takes its
    headphones with it.
    """

    def __init__(self, on_jack: Callable[[bool], None]) -> None:
        self._on_jack = on_jack
        self._keys: deque[str] = deque(maxlen=PLACES)
        self._jack = False

    @property
    def jack(self) -> bool:
        """Whether headphones are plugged in."""
        return self._jack

    def hear(self, news: Event) -> None:
        """What a device tells; everything that is no keypad's is passed over."""
        match news:
            case Reported(_, _, KeyPressed(key)):
                self._keys.append(key.value)
            case Reported(_, _, JackChanged(inserted)):
                self._set_jack(inserted)
            case StatusChanged(_, kind, _, status) if kind == KIND and not status.usable:
                self._set_jack(False)
            case _:
                pass

    def take(self) -> list[str]:
        """The keys pressed since the last time, oldest first; of very many only the last."""
        taken = []
        while self._keys:
            taken.append(self._keys.popleft())
        return taken

    def _set_jack(self, inserted: bool) -> None:
        if inserted is not self._jack:
            self._jack = inserted
            self._on_jack(inserted)

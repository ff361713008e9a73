"""Reads an acceptor's event buffer and its accept counter so that both can be believed."""

from devices.cctalk.bus import Station
from devices.cctalk.events import Reading
from devices.cctalk.faults import BusFault, Fault
from devices.cctalk.protocol import ACCEPT_COUNTER, Command, number_of

_STABLE_TRIES = 5


class EventSource:
    """One device's buffer (header 159 or 229); ``counts`` says whether it keeps header 225.

    A change is believed when it was read twice alike: a damaged reply that happens to add up
    must never become a credit.
    """

    def __init__(self, station: Station, command: Command, *, counts: bool) -> None:
        self._station = station
        self._command = command
        self._counts = counts
        self._last: Reading | None = None

    def read(self) -> Reading:
        """Return the buffer as it is now; raises ``BusFault``."""
        reading = self._read_once()
        for _ in range(_STABLE_TRIES):
            if reading == self._last:
                return reading
            self._last, reading = reading, self._read_once()
        self._last = None
        raise BusFault(Fault.SPOILT_REPLY, self._command.name, "it reads differently each time")

    def read_with_count(self) -> tuple[Reading, int | None]:
        """Return the buffer and the accept counter of one moment: nothing happened in between."""
        before = self.read()
        for _ in range(_STABLE_TRIES):
            count = self._count()
            after = self.read()
            if after == before:
                return after, count
            before = after
        raise BusFault(Fault.SPOILT_REPLY, self._command.name, "it never comes to rest")

    def _count(self) -> int | None:
        if not self._counts:
            return None
        return number_of(self._station.ask_twice(ACCEPT_COUNTER))

    def _read_once(self) -> Reading:
        return Reading.from_bytes(self._station.ask(self._command))

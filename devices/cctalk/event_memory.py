"""The event buffer of a simulated acceptor: volatile, five events, and lasting accept counters."""

from devices.cctalk.events import LAST_COUNTER, SHOWN, Reading
from devices.cctalk.physical import Memory


class EventMemory:
    """Counter and buffer, which power loss clears; counts of accepted pieces, which last."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.clear()

    def clear(self) -> None:
        """Power is lost."""
        self._counter = 0
        self._pairs: list[tuple[int, int]] = [(0, 0)] * SHOWN

    def add(self, a: int, b: int) -> None:
        """Something happened."""
        self._counter = self._counter % LAST_COUNTER + 1
        self._pairs = [(a, b), *self._pairs[: SHOWN - 1]]

    def accept(self, position: int) -> None:
        """Count an accepted piece for good."""
        name = f"accepted_{position}"
        self._memory.put(accepted=self.accepted + 1, **{name: self._memory.get(name) + 1})

    @property
    def accepted(self) -> int:
        """How many pieces were accepted, ever."""
        return self._memory.get("accepted")

    @property
    def accepted_bytes(self) -> bytes:
        """The data of a reply to 225."""
        return (self.accepted % (1 << 24)).to_bytes(3, "little")

    @property
    def reading(self) -> Reading:
        """The buffer as a reply shows it."""
        return Reading(self._counter, tuple(self._pairs))

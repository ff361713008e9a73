"""The one note in escrow, and what was done about it."""

from dataclasses import dataclass
from typing import Literal

from devices.cctalk.till import Money

Fate = Literal["unknown", "stacked", "returned"]


@dataclass(slots=True)
class HeldNote:
    """A note that waits. Times are monotonic seconds.

    ``route`` is what the device was last told (154), None while the caller thinks; ``empty_s``
    is since when it says that its escrow is empty, though no event told where the note went.
    ``fate`` is what became of this note, which the next one in escrow does not change.
    """

    bill: int
    money: Money
    session: str
    since_s: float
    announced: bool = False
    route: int | None = None
    sent_s: float = 0.0
    first_sent_s: float = 0.0
    extended_s: float = 0.0
    empty_s: float | None = None
    fate: Fate = "unknown"

    @property
    def centimos(self) -> int:
        """Its value; 0 where the device did not say which note it is."""
        return self.money.centimos or 0

    def sent(self, route: int, now: float) -> None:
        """The device was told ``route`` at ``now``."""
        if self.route != route:
            self.first_sent_s = now
        self.route, self.sent_s = route, now

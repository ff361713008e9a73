"""The one note in escrow, and what was done about it."""

from dataclasses import dataclass

from devices.id003.protocol import RETURN, Command, Note


@dataclass(slots=True)
class HeldNote:
    """A note that waits. Times are monotonic seconds.

    ``code`` is its escrow code and ``note`` what that means (None: nothing we take). ``order`` is
    what the device was last told (``STACK_1`` or ``RETURN``), None while the caller thinks.
    """

    code: int
    note: Note | None
    session: str
    since_s: float
    announced: bool = False
    order: Command | None = None
    sent_s: float = 0.0
    first_sent_s: float = 0.0
    held_s: float = 0.0

    @property
    def centimos(self) -> int:
        """Its value; 0 where it is none we know."""
        return 0 if self.note is None else self.note.centimos

    def sent(self, order: Command, now: float) -> None:
        """The device was told ``order`` at ``now``."""
        if self.order is not order:
            self.first_sent_s = now
        self.order, self.sent_s = order, now

    def is_stuck(self, now: float, patience_s: float) -> bool:
        """Whether it was told to come out so long ago that it must be stuck."""
        return self.order is RETURN and now - self.first_sent_s > patience_s

"""A reader in this very process with a simulated card on it: no socket, no service, no time."""

from collections.abc import Callable

from devices.pcsc_chip.card import Emrtd
from devices.pcsc_chip.channel import CardRemoved, NoCard
from devices.status import MediaState

Spoil = Callable[[int, bytes], bytes]


class ReaderAtHand:
    """The reader ``card`` lies on.

    ``spoil`` gets the number of each command (from 1) and its answer, and returns what arrives;
    at command number ``removed_at`` the card is taken away.
    """

    def __init__(
        self, card: Emrtd, spoil: Spoil | None = None, removed_at: int | None = None
    ) -> None:
        self._card = card
        self._spoil = spoil
        self._removed_at = removed_at
        self._present = True
        self.commands: list[bytes] = []

    @property
    def t0(self) -> bool:
        """Whether the card speaks T=0."""
        return self._card.t0

    def media(self, deadline: float) -> MediaState:  # noqa: ARG002
        """Whether the card is still there."""
        return MediaState.PRESENT if self._present else MediaState.NOT_PRESENT

    def connect(self, deadline: float) -> "ReaderAtHand":  # noqa: ARG002
        """Power the card."""
        if not self._present:
            raise NoCard("nothing lies on the reader")
        self._card.power()
        return self

    def transmit(self, command: bytes, deadline: float) -> bytes:  # noqa: ARG002
        """Hand one command to the card."""
        self.commands.append(command)
        if len(self.commands) == self._removed_at:
            self._present = False
        if not self._present:
            raise CardRemoved("the card was taken away")
        reply = self._card.answer(command)
        return reply if self._spoil is None else self._spoil(len(self.commands), reply)

    def release(self, deadline: float) -> None:  # noqa: ARG002
        """Take its power."""
        self._card.power()

    def close(self) -> None:
        """Nothing is held."""

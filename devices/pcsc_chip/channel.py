"""The seam between reading a chip and the reader it lies on: PC/SC, or a simulator's socket."""

from typing import Protocol

from devices.errors import LinkError, LinkRefused
from devices.status import MediaState


class CardError(Exception):
    """The card, not the reader: the reader can be used again at once."""


class NoCard(CardError):
    """Nothing lies on the reader."""


class CardRemoved(CardError):
    """It was taken away, or lost its power, while it was read."""


class CardMute(CardError):
    """It does not answer: upside down, broken, or without a chip where the reader looks."""


class CardStopped(CardError):
    """It answered at first and does not any more: dirty contacts, or it was moved."""


class CardTaken(CardError):
    """Another program holds it."""


class AnswerLate(CardError):
    """No answer by the deadline. The reader may be stuck: its next call raises ``LinkLost``."""


class ReaderRefused(LinkRefused):
    """The reader cannot be had; says what to do in its own words."""

    def __init__(self, port: str, what: str, remedy: str) -> None:
        LinkError.__init__(self, port, what, remedy)


class CardChannel(Protocol):
    """A powered card. Every method may raise ``CardError``, or ``LinkLost`` for the reader's end.

    ``deadline`` is in monotonic seconds.
    """

    @property
    def t0(self) -> bool:
        """Whether it speaks T=0."""
        ...

    def transmit(self, command: bytes, deadline: float) -> bytes:
        """Hand one command to the card and return its answer, 0..258 bytes or any garbage."""
        ...

    def release(self, deadline: float) -> None:
        """Take its power, so that nothing opened stays open; never raises ``CardError``."""
        ...


class CardReader(Protocol):
    """A reader that is there; may raise ``LinkLost`` upon each call."""

    def media(self, deadline: float) -> MediaState:
        """Say whether a card is on it: ``present``, ``notPresent`` or ``unknown``."""
        ...

    def connect(self, deadline: float) -> CardChannel:
        """Power the card; raises ``NoCard``, ``CardMute``, ``CardTaken`` or ``AnswerLate``."""
        ...

    def close(self) -> None:
        """Give the reader back; closing twice is harmless."""
        ...

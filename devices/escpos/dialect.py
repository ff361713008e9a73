"""What a status dialect is: how a printer is asked, and how it shows that it printed. Pure."""

from collections.abc import Sequence
from typing import Protocol

from devices.status import DeviceStatus


class Parser(Protocol):
    """Cuts what a printer sends into messages, whatever the portions."""

    @property
    def strays(self) -> int:
        """How many bytes so far fitted no message."""
        ...

    def feed(self, data: bytes) -> Sequence[object]:
        """Take bytes; return the messages they complete."""
        ...


class Witness(Protocol):
    """Knows whether the printer has come to the end of what it was sent.

    ``fence`` gives the bytes to send behind a piece of work that cuts the paper ``cuts`` times;
    ``passed`` is then whether the printer has shown that it carried all of that piece out. One
    fence is under way at a time.
    """

    @property
    def passed(self) -> bool:
        """Whether the last fence was passed."""
        ...

    def fence(self, cuts: int) -> bytes:
        """Begin to wait for a new fence and return its bytes."""
        ...

    def again(self) -> bytes:
        """What to send when no answer came; ``b""`` where the printer answers by itself."""
        ...

    def hear(self, message: object) -> None:
        """Take a message from the printer."""
        ...

    def forget(self) -> None:
        """Take nothing for known any more: the line broke, or the printer was restarted."""
        ...


class Dialect(Protocol):
    """How printers of one family tell their status.

    Its parser and its witness belong together: the one's messages mean something to the other.
    """

    @property
    def questions(self) -> tuple[bytes, ...]:
        """What to ask, each bringing one answer; nothing where a printer tells nothing."""
        ...

    @property
    def proves(self) -> bool:
        """False where a printer can never show that it printed: its witness never passes."""
        ...

    @property
    def needs_cut(self) -> bool:
        """True where only a cut can be proved, and with it what was printed before."""
        ...

    def parser(self) -> Parser:
        """Return a new parser."""
        ...

    def witness(self, chance: int) -> Witness:
        """Return a new witness; ``chance`` (0 or more) is where its numbers begin."""
        ...

    def is_answer(self, message: object) -> bool:
        """Whether ``message`` answers a question."""
        ...

    def status(self, answers: Sequence[object]) -> DeviceStatus:
        """Translate the answers to all questions, in their order."""
        ...

    def told(self, message: object) -> DeviceStatus | None:
        """The status that came unasked with ``message``, if it is one."""
        ...

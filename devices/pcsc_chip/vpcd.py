"""A reader that is a socket: the driver plays the virtual reader, a simulator plays the card.

Source: vsmartcard's vpcd: each message is its length (2 bytes, big-endian) and so many bytes.
A message of one byte is for the card's contacts, anything longer a command. The card answers a
command and the question for its ATR; an empty answer means that it is gone.
"""

import re
import time
from typing import Final

from devices.blind_ring import BlindRing
from devices.errors import LinkError, LinkLost, LinkRefused
from devices.link import FdLink, Link, RawRing, TcpLink
from devices.pcsc_chip.channel import AnswerLate, CardMute, CardRemoved, NoCard
from devices.status import MediaState

POWER_OFF: Final = b"\x00"
POWER_ON: Final = b"\x01"
RESET: Final = b"\x02"
ASK_ATR: Final = b"\x04"
MAX_MESSAGE_BYTES = 512

_PORT = re.compile(r"(?:pcsc:)?vpcd://(?P<host>[^:/\s]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")


def message(content: bytes) -> bytes:
    """Return ``content`` as it travels."""
    return len(content).to_bytes(2) + content


def is_virtual(port: str) -> bool:
    """Whether ``port`` names such a reader: ``pcsc:vpcd://HOST:PORT``."""
    return _PORT.fullmatch(port) is not None


def speaks_t0(atr: bytes) -> bool:
    """Whether a card with this ATR begins with T=0 (ISO/IEC 7816-3, 8.2.3)."""
    if len(atr) < 2 or not atr[1] & 0x80:
        return True
    first_td = 2 + (atr[1] >> 4 & 0x7).bit_count()
    return len(atr) <= first_td or atr[first_td] & 0x0F == 0


class VpcdReader:
    """The reader's end of the socket at ``port``; raises ``LinkRefused``."""

    def __init__(self, port: str, link: Link | None = None) -> None:
        self.port = port
        self.raw: RawRing = BlindRing()
        self._link = connected(port, self.raw) if link is None else link
        self._lost = False

    def media(self, deadline: float) -> MediaState:
        """Ask the card for its ATR; without one there is no card."""
        try:
            atr = self.ask(ASK_ATR, deadline)
        except AnswerLate:
            raise LinkLost(self.port, "no word about the card in time") from None
        return MediaState.PRESENT if atr else MediaState.NOT_PRESENT

    def connect(self, deadline: float) -> "VpcdChannel":
        """Power the card."""
        self.tell(POWER_ON, deadline)
        atr = self.ask(ASK_ATR, deadline)
        if not atr:
            raise NoCard("nothing lies on the reader")
        if atr[:1] not in (b"\x3b", b"\x3f"):
            raise CardMute("the card does not answer: turn it round; or it has no chip here")
        return VpcdChannel(self, speaks_t0(atr))

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def tell(self, content: bytes, deadline: float) -> None:
        """Send what has no answer; raises ``LinkLost``, or ``AnswerLate`` past ``deadline``."""
        if self._lost:
            raise LinkLost(self.port, "the reader was given up")
        left = deadline - time.monotonic()
        if left <= 0:
            raise AnswerLate("no time was left")
        try:
            self._link.write(message(content), left)
        except LinkError:
            self._lost = True
            raise

    def ask(self, content: bytes, deadline: float) -> bytes:
        """Send and return the answer; raises ``AnswerLate``, ``LinkLost``.

        After a late answer the reader is given up: the next message would be the old answer.
        """
        self.tell(content, deadline)
        self._lost = True
        size = int.from_bytes(self._exactly(2, deadline))
        if size > MAX_MESSAGE_BYTES:
            raise LinkLost(self.port, "a message longer than any")
        answer = self._exactly(size, deadline)
        self._lost = False
        return answer

    def _exactly(self, size: int, deadline: float) -> bytes:
        found = b""
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AnswerLate("the card or its reader did not answer in time")
            found += self._link.read(size - len(found), left)
        return found


class VpcdChannel:
    """A powered card behind the socket."""

    def __init__(self, reader: VpcdReader, t0: bool) -> None:
        self._reader = reader
        self._t0 = t0

    @property
    def t0(self) -> bool:
        """What its ATR says."""
        return self._t0

    def transmit(self, command: bytes, deadline: float) -> bytes:
        """Hand one command to the card; an empty answer means that it was taken away."""
        reply = self._reader.ask(command, deadline)
        if not reply:
            raise CardRemoved("the card was taken away")
        return reply

    def release(self, deadline: float) -> None:
        """Take its power."""
        try:
            self._reader.tell(POWER_OFF, deadline)
        except AnswerLate:
            raise LinkLost(self._reader.port, "the card was not released in time") from None


def connected(port: str, record: RawRing) -> FdLink:
    """Connect to ``port`` and keep a ``record`` of what passes; raises ``LinkRefused``."""
    found = _PORT.fullmatch(port)
    if found is None:
        raise LinkRefused(port, ValueError("write pcsc:vpcd://HOST:PORT"))
    link = TcpLink(found["host"].strip("[]"), int(found["port"]))
    link.raw = record
    return link

"""Commands to a chip card and its answers, and how they travel on T=0 and T=1. Pure.

Source: ISO/IEC 7816-4, clause 5 (short length fields only) and 7816-3, clause 12.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

SUCCESS = 0x9000
MAX_DATA_BYTES = 255
MAX_LE = 256
MAX_REPLY_BYTES = 258
MAX_PIECES = 8

_GET_RESPONSE = 0xC0


class BadAnswer(ValueError):
    """What came is no answer of such a chip; the text holds nothing of what it said."""


@dataclass(frozen=True, slots=True)
class CommandApdu:
    """One command: header, ``data`` (0..255 bytes), ``le`` the bytes asked for (1..256, None)."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int | None = None

    @property
    def header(self) -> bytes:
        """The four bytes it begins with."""
        return bytes([self.cla, self.ins, self.p1, self.p2])

    def to_bytes(self) -> bytes:
        """Return what is sent; raises ``ValueError`` where it does not fit a short command."""
        if len(self.data) > MAX_DATA_BYTES or not 1 <= (self.le or 1) <= MAX_LE:
            raise ValueError("a command longer than short length fields can say")
        body = bytes([len(self.data)]) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes([self.le % MAX_LE])
        return self.header + body + tail


@dataclass(frozen=True, slots=True)
class ResponseApdu:
    """One answer: ``data`` and the status word ``sw`` (``0x9000``: success)."""

    data: bytes = field(repr=False)
    sw: int

    @classmethod
    def from_bytes(cls, reply: bytes) -> "ResponseApdu":
        """Read an answer; raises ``BadAnswer`` for one too short, too long or without status."""
        if not 2 <= len(reply) <= MAX_REPLY_BYTES:
            raise BadAnswer("an answer of a length that none has")
        sw = int.from_bytes(reply[-2:])
        if not 0x6100 <= sw <= 0x6FFF and not 0x9000 <= sw <= 0x9FFF:
            raise BadAnswer("an answer without a status word")
        return cls(reply[:-2], sw)


Exchange = Generator[bytes, bytes, ResponseApdu]


def exchange(command: CommandApdu, *, t0: bool) -> Exchange:
    """Yield what to send, take what comes, return the whole answer; raises ``BadAnswer``.

    On T=0 a command with data is sent without ``le``, and the card says ``61xx``: so many bytes
    are ready. ``6Cxx`` says how many bytes to ask for. At most eight pieces are taken.
    """
    sent = replace(command, le=None) if t0 and command.data else command
    response = ResponseApdu.from_bytes((yield sent.to_bytes()))
    if response.sw >> 8 == 0x6C:
        again = replace(sent, le=_promised(response))
        response = ResponseApdu.from_bytes((yield again.to_bytes()))
    data = response.data
    for _ in range(MAX_PIECES):
        if response.sw >> 8 != 0x61:
            return ResponseApdu(data, response.sw)
        fetch = CommandApdu(0, _GET_RESPONSE, 0, 0, le=_promised(response))
        response = ResponseApdu.from_bytes((yield fetch.to_bytes()))
        if response.sw >> 8 == 0x6C:
            response = ResponseApdu(b"", 0x6100 | response.sw & 0xFF)
        data += response.data
    raise BadAnswer("an answer in more pieces than any has")


def _promised(response: ResponseApdu) -> int:
    return response.sw & 0xFF or MAX_LE

"""Custom's dialect: full status and counters of its life; bytes and what they mean. Pure.

Source: Custom Engineering, KPM150 command reference, ESC/POS and KPM54 emulation: ``10 04 14``
(full status, answered at once by ``10 0F`` and four bytes: paper, user, recoverable and
unrecoverable errors) and the counters ``1D E2`` (cuts) and ``1D E5`` (times switched on), answered
in text (``2376 cuts``, ``512on``) when what came before was carried out. What KPM150 leaves unused
and its sisters KPM300, KUBE II and VKP80 document (cover, head lever, jam, RAM, EEPROM, cutter
cover) is read as theirs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.escpos.findings import Finding, found, status_of
from devices.status import DeviceStatus

ASK_FULL_STATUS = b"\x10\x04\x14"
ASK_COUNT: Mapping[str, bytes] = {
    "cuts": b"\x1d\xe2",
    "on": b"\x1d\xe5",
}

_HEAD = b"\x10\x0f"
_STATUS_BYTES = 6
_FIXED_OFF = 0x1A  # of the paper byte, off in every model's manual
_DIGITS = b"0123456789"
_MAX_DIGITS = 9
_MAX_COUNT_BYTES = 16
_COUNT = re.compile(rb"(\d{1,9}) ?(cuts|on)")
_COUNT_SO_FAR = re.compile(rb"\d{1,9} ?(c(u(ts?)?)?|on?)?")
_UNCOUNTED = b"\x00\r\n\x11\x13"  # what ends a text, XON and XOFF


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The four bytes of full status."""

    paper: int
    user: int
    recoverable: int
    unrecoverable: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How often in its life the printer did something: ``what`` is a key of ``ASK_COUNT``."""

    what: str
    count: int


Message = FullStatus | Counted


class MessageParser:
    """Cuts what a printer sends into messages; holds at most 16 bytes, counts what fits nothing."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._strays = 0
        self._overlong = False

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._held)

    @property
    def strays(self) -> int:
        """How many bytes so far fitted no message."""
        return self._strays

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes; return the messages they complete."""
        return [message for byte in data if (message := self._take(byte)) is not None]

    def _take(self, byte: int) -> Message | None:
        held = self._held
        # The end of a number longer than any counter's must not pass for a number.
        self._overlong = byte in _DIGITS and (self._overlong or len(held) == _MAX_DIGITS)
        if self._overlong:
            self._strays += len(held) + 1
            held.clear()
            return None
        held.append(byte)
        if not _can_begin(held):
            self._strays += len(held) - 1
            held[:] = bytes([byte])
        if not _can_begin(held):
            self._strays += byte not in _UNCOUNTED
            held.clear()
        return self._complete()

    def _complete(self) -> Message | None:
        held = bytes(self._held)
        if held[:1] == _HEAD[:1]:
            if len(held) < _STATUS_BYTES:
                return None
            self._held.clear()
            return FullStatus(*held[2:])
        if counted := _COUNT.fullmatch(held):
            self._held.clear()
            return Counted(counted[2].decode("ascii"), int(counted[1]))
        return None


def _can_begin(held: bytearray) -> bool:
    """Whether a message can begin with these bytes."""
    if held[0] == _HEAD[0]:
        fixed = len(held) < 3 or not held[2] & _FIXED_OFF
        return _HEAD.startswith(bytes(held[:2])) and fixed
    return len(held) <= _MAX_COUNT_BYTES and bool(_COUNT_SO_FAR.fullmatch(held))


_PAPER: Mapping[int, Finding] = {
    0x01: Finding.PAPER_OUT,
    0x04: Finding.PAPER_LOW,
    0x20: Finding.PAPER_PRESENTED,
    0x40: Finding.PAPER_LOW,  # the length set for the rest of the roll is used up
}
_USER: Mapping[int, Finding] = {
    0x01: Finding.COVER_OPEN,  # the head is up
    0x02: Finding.COVER_OPEN,
    0x20: Finding.FEED_PRESSED,
    0x40: Finding.FEED_PRESSED,
}
_RECOVERABLE: Mapping[int, Finding] = {
    0x01: Finding.HEAD_HOT,
    0x02: Finding.LINE_DAMAGED,
    0x08: Finding.VOLTAGE_WRONG,
    0x20: Finding.COMMAND_REFUSED,
    0x40: Finding.PAPER_JAMMED,
    0x80: Finding.MARK_MISSED,
}
_UNRECOVERABLE: Mapping[int, Finding] = {
    0x01: Finding.CUTTER_STUCK,
    0x02: Finding.CUTTER_COVER_OPEN,
    0x04: Finding.MEMORY_FAILED,
    0x08: Finding.MEMORY_FAILED,
}


def status_of_full(full: FullStatus) -> DeviceStatus:
    """Translate full status to XFS words; the gravest finding decides the whole."""
    return status_of(
        found(full.paper, _PAPER)
        | found(full.user, _USER)
        | found(full.recoverable, _RECOVERABLE)
        | found(full.unrecoverable, _UNRECOVERABLE)
    )


class CountersWitness:
    """A fence is a reading of a counter; where it cuts, cuts must have grown by just so many.

    The first reading after ``forget`` is only where counting begins. A reading does not say which
    question it answers. One of cuts may be asked for again, as an answer to an earlier question
    shows too few; a fence without cuts reads the other counter, and that once only: asked again,
    it would be passed though what it stood behind was lost.
    """

    def __init__(self) -> None:
        self._cuts: int | None = None
        self._wanted: int | None = None
        self._what = "cuts"
        self._passed = False

    @property
    def passed(self) -> bool:
        """Whether the reading came, and shows what was wanted."""
        return self._passed

    def fence(self, cuts: int) -> bytes:
        """A reading behind so many cuts."""
        self._passed = False
        self._what = "cuts" if self._cuts is None or cuts else "on"
        self._wanted = self._cuts + cuts if self._cuts is not None and cuts else None
        return ASK_COUNT[self._what]

    def again(self) -> bytes:
        """Another reading of cuts: the first may have come before the knife had moved."""
        return ASK_COUNT["cuts"] if self._what == "cuts" else b""

    def hear(self, message: object) -> None:
        """Take a reading."""
        if self._passed or not isinstance(message, Counted) or message.what != self._what:
            return
        if self._wanted in (None, message.count):
            self._passed = True
            self._cuts = message.count if self._what == "cuts" else self._cuts

    def forget(self) -> None:
        """Begin to count anew."""
        self._cuts = None


class CustomDialect:
    """Printers that speak like Custom's KPM150."""

    questions = (ASK_FULL_STATUS,)
    proves = True
    needs_cut = True

    def parser(self) -> MessageParser:
        """Return a new parser."""
        return MessageParser()

    def witness(self, chance: int) -> CountersWitness:
        """Return a witness; it needs no ``chance``, the counters go on through the years."""
        del chance
        return CountersWitness()

    def is_answer(self, message: object) -> bool:
        """Whether ``message`` is full status."""
        return isinstance(message, FullStatus)

    def status(self, answers: Sequence[object]) -> DeviceStatus:
        """Translate the one answer."""
        [full] = (answer for answer in answers if isinstance(answer, FullStatus))
        return status_of_full(full)

    def told(self, message: object) -> DeviceStatus | None:
        """Nothing: automatic full status looks like an asked one, and is taken for it."""
        del message
        return None

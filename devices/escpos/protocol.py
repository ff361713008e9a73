"""Epson's dialect: status, automatic status and process ids; bytes and what they mean. Pure.

Sources: Epson ESC/POS command reference, DLE EOT (real-time status), GS a (automatic status
back) and GS ( H function 48 (process id response, sent when the data before it is printed).
What a printer sends is told apart by its fixed bits: real-time status is ``0xx1xx10`` (mask
93h, value 12h), automatic status begins ``0xx1xx00`` (value 10h), a process id response is
``37 22 d1 d2 d3 d4 00``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.escpos.findings import Finding, found
from devices.escpos.findings import status_of as status_of_findings
from devices.status import DeviceStatus

QUESTIONS = (1, 2, 3, 4)
MAX_PROCESS_ID = 9999

_FIXED_BITS = 0x93
_REAL_TIME = 0x12
_AUTOMATIC = 0x10
_AUTOMATIC_BYTES = 4
_RESPONSE_HEAD = b"\x37\x22"
_RESPONSE_BYTES = 7
_FLOW_CONTROL = b"\x11\x13"  # XON and XOFF


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """One byte of answer to DLE EOT; which question it answers only the order tells."""

    bits: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """The four bytes of automatic status: printer, error, and twice paper sensors."""

    printer: int
    error: int
    paper: int
    reserved: int


@dataclass(frozen=True, slots=True)
class ProcessDone:
    """Everything up to the mark ``process_id`` was printed."""

    process_id: int


Message = RealTimeStatus | AutomaticStatus | ProcessDone


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to DLE EOT 1, 2, 3 and 4 of one round."""

    printer: int
    offline: int
    error: int
    paper: int


def ask_status(question: int) -> bytes:
    """DLE EOT n: 1 printer, 2 offline cause, 3 error cause, 4 paper sensors."""
    return bytes([0x10, 0x04, question])


def mark_process(process_id: int) -> bytes:
    """GS ( H function 48: answer ``process_id`` (0..9999) when what came before is printed."""
    return b"\x1d(H\x06\x00\x30\x30" + _digits(process_id)


def process_done(process_id: int) -> bytes:
    """Return the printer's answer to ``mark_process``."""
    return _RESPONSE_HEAD + _digits(process_id) + b"\x00"


def _digits(process_id: int) -> bytes:
    if not 0 <= process_id <= MAX_PROCESS_ID:
        raise ValueError(f"A process id is 0..{MAX_PROCESS_ID}, not {process_id}.")
    return f"{process_id:04d}".encode()


class MessageParser:
    """Cuts what a printer sends into messages; holds at most 6 bytes, counts what fits nothing."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._strays = 0

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
        if held and not _goes_on(held, byte):
            self._strays += len(held)
            held.clear()
        if not held:
            return self._begin(byte)
        held.append(byte)
        return self._complete()

    def _begin(self, byte: int) -> Message | None:
        if byte & _FIXED_BITS == _REAL_TIME:
            return RealTimeStatus(byte)
        if byte == _RESPONSE_HEAD[0] or byte & _FIXED_BITS == _AUTOMATIC:
            self._held.append(byte)
        elif byte not in _FLOW_CONTROL:
            self._strays += 1
        return None

    def _complete(self) -> Message | None:
        held = bytes(self._held)
        if held[0] == _RESPONSE_HEAD[0]:
            if len(held) < _RESPONSE_BYTES:
                return None
            self._held.clear()
            return ProcessDone(int(held[2:6].decode("ascii")))
        if len(held) < _AUTOMATIC_BYTES:
            return None
        self._held.clear()
        return AutomaticStatus(*held)


def _goes_on(held: bytearray, byte: int) -> bool:
    """Whether ``byte`` can follow what is held."""
    if held[0] != _RESPONSE_HEAD[0]:
        return not byte & 0x90  # bytes 2 to 4 of automatic status have bits 4 and 7 clear
    position = len(held)
    if position == 1:
        return byte == _RESPONSE_HEAD[1]
    if position == _RESPONSE_BYTES - 1:
        return byte == 0
    return chr(byte) in "0123456789"


_PRINTER: Mapping[int, Finding] = {0x08: Finding.OFF_LINE}
_OFFLINE: Mapping[int, Finding] = {
    0x04: Finding.COVER_OPEN,
    0x08: Finding.FEED_PRESSED,
    0x20: Finding.PAPER_OUT,
    0x40: Finding.ERROR_UNNAMED,
}
_ERROR: Mapping[int, Finding] = {
    0x08: Finding.CUTTER_STUCK,
    0x20: Finding.UNRECOVERABLE,
    0x40: Finding.HEAD_HOT,
}
_PAPER: Mapping[int, Finding] = {0x0C: Finding.PAPER_LOW, 0x60: Finding.PAPER_OUT}
_AUTO_PRINTER: Mapping[int, Finding] = {
    0x08: Finding.OFF_LINE,
    0x20: Finding.COVER_OPEN,
    0x40: Finding.FEED_PRESSED,
}
_AUTO_PAPER: Mapping[int, Finding] = {0x03: Finding.PAPER_LOW, 0x0C: Finding.PAPER_OUT}


def status_of(answers: Answers) -> DeviceStatus:
    """Translate one round of answers to XFS words; the gravest finding decides the whole."""
    return status_of_findings(
        found(answers.printer, _PRINTER)
        | found(answers.offline, _OFFLINE)
        | found(answers.error, _ERROR)
        | found(answers.paper, _PAPER)
    )


def status_of_automatic(automatic: AutomaticStatus) -> DeviceStatus:
    """Translate what came unasked; its bits stand elsewhere, its words are the same."""
    return status_of_findings(
        found(automatic.printer, _AUTO_PRINTER)
        | found(automatic.error, _ERROR)
        | found(automatic.paper, _AUTO_PAPER)
    )


class ProcessWitness:
    """A fence is a process id of its own; the printer answers with it once it came by."""

    def __init__(self, chance: int) -> None:
        self._wanted = chance % (MAX_PROCESS_ID + 1)
        self._passed = False

    @property
    def passed(self) -> bool:
        """Whether the answer carried the id of the last fence."""
        return self._passed

    def fence(self, cuts: int) -> bytes:
        """A mark with the next id, however often the paper is cut (``cuts``)."""
        del cuts
        self._wanted = (self._wanted + 1) % (MAX_PROCESS_ID + 1)
        self._passed = False
        return mark_process(self._wanted)

    def again(self) -> bytes:
        """Nothing: the printer answers by itself."""
        return b""

    def hear(self, message: object) -> None:
        """Take the answer to this fence; one to an older fence means nothing."""
        if message == ProcessDone(self._wanted):
            self._passed = True

    def forget(self) -> None:
        """Nothing: every fence has an id of its own."""


class EpsonDialect:
    """Printers that speak like Epson's TM series."""

    questions = tuple(map(ask_status, QUESTIONS))
    proves = True
    needs_cut = False

    def parser(self) -> MessageParser:
        """Return a new parser."""
        return MessageParser()

    def witness(self, chance: int) -> ProcessWitness:
        """Return a witness whose process ids begin after ``chance``."""
        return ProcessWitness(chance)

    def is_answer(self, message: object) -> bool:
        """Whether ``message`` answers DLE EOT."""
        return isinstance(message, RealTimeStatus)

    def status(self, answers: Sequence[object]) -> DeviceStatus:
        """Translate the answers to DLE EOT 1, 2, 3 and 4."""
        bits = [answer.bits for answer in answers if isinstance(answer, RealTimeStatus)]
        return status_of(Answers(*bits))

    def told(self, message: object) -> DeviceStatus | None:
        """The content of automatic status."""
        return status_of_automatic(message) if isinstance(message, AutomaticStatus) else None

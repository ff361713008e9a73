"""ESC/POS status and completion: bytes and what they mean. Pure.

Sources: Epson ESC/POS command reference, DLE EOT (real-time status), GS a (automatic status
back) and GS ( H function 48 (process id response, sent when the data before it is printed).
What a printer sends is told apart by its fixed bits: real-time status is ``0xx1xx10`` (mask
93h, value 12h), automatic status begins ``0xx1xx00`` (value 10h), a process id response is
``37 22 d1 d2 d3 d4 00``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.status import Action, DeviceState, DeviceStatus, PaperState

QUESTIONS = (1, 2, 3, 4)
MAX_PROCESS_ID = 9999

_FIXED_BITS = 0x93
_REAL_TIME = 0x12
_AUTOMATIC = 0x10
_AUTOMATIC_REST = 3
_RESPONSE_HEAD = b"\x37\x22"
_RESPONSE_BYTES = 7


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """One byte of answer to DLE EOT; which question it answers only the order tells."""

    bits: int


@dataclass(frozen=True, slots=True)
class ProcessDone:
    """Everything up to the mark ``process_id`` was printed."""

    process_id: int


Message = RealTimeStatus | ProcessDone


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
    """Cuts what a printer sends into messages; holds at most 7 bytes, drops the rest."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes; return the messages they complete."""
        return [message for byte in data if (message := self._take(byte)) is not None]

    def _take(self, byte: int) -> Message | None:
        if self._skip:
            return self._skip_automatic(byte)
        if self._buffer:
            return self._take_response(byte)
        if byte == _RESPONSE_HEAD[0]:
            self._buffer.append(byte)
        elif byte & _FIXED_BITS == _REAL_TIME:
            return RealTimeStatus(byte)
        elif byte & _FIXED_BITS == _AUTOMATIC:
            self._skip = _AUTOMATIC_REST
        return None

    def _skip_automatic(self, byte: int) -> Message | None:
        """Bytes 2 to 4 of automatic status have bits 4 and 7 clear; anything else ends it."""
        if byte & 0x90:
            self._skip = 0
            return self._take(byte)
        self._skip -= 1
        return None

    def _take_response(self, byte: int) -> Message | None:
        held = self._buffer
        wanted = _wanted_in_response(len(held), byte)
        if not wanted:
            held.clear()
            return self._take(byte)
        held.append(byte)
        if len(held) < _RESPONSE_BYTES:
            return None
        done = ProcessDone(int(held[2:6].decode("ascii")))
        held.clear()
        return done


def _wanted_in_response(position: int, byte: int) -> bool:
    if position == 1:
        return byte == _RESPONSE_HEAD[1]
    if position == _RESPONSE_BYTES - 1:
        return byte == 0
    return chr(byte) in "0123456789"


NO_ANSWER = DeviceStatus(
    DeviceState.NO_DEVICE,
    {"paper": PaperState.UNKNOWN},
    Action.MAINTENANCE,
    "the printer does not answer: check its power and its cable",
)


def status_of(answers: Answers) -> DeviceStatus:
    """Translate one round of answers to XFS words; the gravest finding decides the whole."""
    paper = _paper(answers)
    cover_open = bool(answers.offline & 0x04)
    cutter_stuck = bool(answers.error & 0x08)
    parts: Mapping[str, str] = {
        "paper": PaperState.JAMMED if cutter_stuck else paper,
        "cover": "open" if cover_open else "closed",
    }
    if answers.error & 0x20:
        return _failed(parts, Action.MAINTENANCE, "unrecoverable error: call maintenance")
    if cutter_stuck:
        return _failed(parts, Action.CLEAR, "the cutter is stuck: clear the paper")
    if answers.error & 0x40:
        return _failed(parts, Action.SUSPEND, "the head is too hot: it recovers by itself")
    if cover_open:
        return DeviceStatus(DeviceState.OFFLINE, parts, Action.CLEAR, "the cover is open")
    if paper is PaperState.OUT:
        return DeviceStatus(DeviceState.OFFLINE, parts, Action.MAINTENANCE, "the paper is out")
    if answers.offline & 0x40:
        return _failed(parts, Action.RESET, "the printer reports an error")
    if answers.printer & 0x08:
        return DeviceStatus(DeviceState.OFFLINE, parts, Action.RESET, "the printer is off line")
    if paper is PaperState.LOW:
        return DeviceStatus(DeviceState.ONLINE, parts, Action.MAINTENANCE, "the paper is low")
    return DeviceStatus(DeviceState.ONLINE, parts)


def _paper(answers: Answers) -> PaperState:
    if answers.paper & 0x60 or answers.offline & 0x20:
        return PaperState.OUT
    return PaperState.LOW if answers.paper & 0x0C else PaperState.FULL


def _failed(parts: Mapping[str, str], action: Action, detail: str) -> DeviceStatus:
    return DeviceStatus(DeviceState.HARDWARE_ERROR, parts, action, detail)

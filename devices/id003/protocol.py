"""Frames of ID-003, the commands of a host as a table, and what a validator says. Pure.

``FC [length] [code] [data] [CRC low] [CRC high]``: the length counts every byte of the frame, the
CRC is CRC-16/KERMIT over all before it. The host asks, the validator answers; only ``ACK`` to
``VEND VALID`` is not answered. Sources: JCM ID-003 Communication Specification ID03-001E rev. 5,
sections 3 (frames), 5 (codes) and 6 (details); country numbers from its appendix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

SYNC = 0xFC
OVERHEAD = 5
MAX_FRAME_BYTES = 255
MAX_DATA = MAX_FRAME_BYTES - OVERHEAD
SILENCE_S = 0.05
ACK = 0x50
INVALID_COMMAND = 0x4B
PERU = 47
CENTIMOS_PER_SOL = 100
HIGHEST_CENTIMOS = 1_000_000
FIRST_ESCROW_CODE = 0x61
SWITCHED_CODES = 8
_DENOMINATION_BYTES = 4
_POLYNOMIAL = 0x8408


class FrameRefused(ValueError):
    """Bytes that are no whole, undamaged frame."""

    def __init__(self, what: str, raw: bytes) -> None:
        super().__init__(f"{what} ({raw[:MAX_FRAME_BYTES].hex(' ')})")
        self.raw = raw


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT: polynomial 1021h reflected, start 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ _POLYNOMIAL if crc & 1 else crc >> 1
    return crc


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; ``code`` is the command or what is answered, ``data`` at most 250 bytes."""

    code: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """The frame on the wire; ``ValueError`` for too much data."""
        if len(self.data) > MAX_DATA:
            raise ValueError(f"a frame carries at most {MAX_DATA} bytes")
        body = bytes([SYNC, len(self.data) + OVERHEAD, self.code]) + self.data
        return body + crc16(body).to_bytes(2, "little")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Frame":
        """Read one whole frame; raises ``FrameRefused``."""
        if len(raw) < OVERHEAD or raw[0] != SYNC or raw[1] != len(raw):
            raise FrameRefused("not the length it says", raw)
        if crc16(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
            raise FrameRefused("wrong CRC", raw)
        return cls(raw[2], raw[3:-2])


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Bytes that had the length of a frame and are none, or that began none."""

    what: str


class FrameParser:
    """Cuts a byte stream into frames; holds less than 255 bytes, whatever comes in.

    ``silence_s`` seconds without a byte end a half frame: the next byte begins a new one.
    """

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._buffer = bytearray()
        self._last_s = 0.0

    @property
    def pending(self) -> int:
        """Bytes held at the moment."""
        return len(self._buffer)

    def feed(self, data: bytes, now_s: float) -> list[Frame | Spoilt]:
        """Take bytes that came at ``now_s`` (monotonic seconds); return what they complete."""
        if now_s - self._last_s >= self._silence_s:
            self._buffer.clear()
        self._last_s = now_s
        found: list[Frame | Spoilt] = []
        for byte in data:
            self._buffer.append(byte)
            found += self._cut()
        return found

    def _cut(self) -> list[Frame | Spoilt]:
        held = self._buffer
        if held[0] != SYNC or (len(held) > 1 and held[1] < OVERHEAD):
            spoilt = Spoilt(f"{bytes(held).hex(' ')} begins no frame")
            held.clear()
            return [spoilt]
        if len(held) < OVERHEAD or len(held) < held[1]:
            return []
        raw = bytes(held)
        held.clear()
        try:
            return [Frame.from_bytes(raw)]
        except FrameRefused as refused:
            return [Spoilt(str(refused))]


Answer = Literal["status", "ack", "echo", "data", "none"]


@dataclass(frozen=True, slots=True)
class Command:
    """A code of the host and its manners.

    ``answer`` is what comes back: a status, ``ACK``, the command itself with its data, the same
    code with other data, or nothing. Asking a ``repeatable`` command twice does no more than
    asking it once; any other is sent once and its effect looked up in the status.
    """

    code: int
    name: str
    answer: Answer
    repeatable: bool = True


STATUS_REQUEST = Command(0x11, "status request", "status")
RESET = Command(0x40, "reset", "ack", repeatable=False)
STACK_1 = Command(0x41, "stack-1", "ack", repeatable=False)
STACK_2 = Command(0x42, "stack-2", "ack", repeatable=False)
RETURN = Command(0x43, "return", "ack", repeatable=False)
HOLD = Command(0x44, "hold", "ack", repeatable=False)
WAIT = Command(0x45, "wait", "ack", repeatable=False)
ACKNOWLEDGE = Command(ACK, "ack", "none", repeatable=False)
DENOMINATIONS = Command(0xC0, "enable/disable denomination", "echo")
SECURITY = Command(0xC1, "security denomination", "echo")
COMMUNICATION_MODE = Command(0xC2, "communication mode", "echo")
INHIBIT = Command(0xC3, "inhibit acceptor", "echo")
DIRECTION = Command(0xC4, "direction", "echo")
OPTIONAL_FUNCTION = Command(0xC5, "optional function", "echo")
VERSION = Command(0x88, "version request", "data")
BOOT_VERSION = Command(0x89, "boot version request", "data")
CURRENCY_ASSIGN = Command(0x8A, "currency assign request", "data")

COMMANDS = (
    *(STATUS_REQUEST, RESET, STACK_1, STACK_2, RETURN, HOLD, WAIT, ACKNOWLEDGE),
    *(DENOMINATIONS, SECURITY, COMMUNICATION_MODE, INHIBIT, DIRECTION, OPTIONAL_FUNCTION),
    *(VERSION, BOOT_VERSION, CURRENCY_ASSIGN),
)
TAKE = b"\x00"
TAKE_NOTHING = b"\x01"
POLLED = b"\x00"
NORMAL_SECURITY = b"\x00\x00"
EVERY_DIRECTION = b"\x00"
POWER_RECOVERY = b"\x02\x00"
NO_OPTIONS = b"\x00\x00"


class State(IntEnum):
    """What a validator answers to a status request (section 6-2)."""

    IDLING = 0x11
    ACCEPTING = 0x12
    ESCROW = 0x13
    STACKING = 0x14
    VEND_VALID = 0x15
    STACKED = 0x16
    REJECTING = 0x17
    RETURNING = 0x18
    HOLDING = 0x19
    INHIBITED = 0x1A
    INITIALIZE = 0x1B
    POWER_UP = 0x40
    POWER_UP_IN_ACCEPTOR = 0x41
    POWER_UP_IN_STACKER = 0x42
    STACKER_FULL = 0x43
    STACKER_OPEN = 0x44
    JAM_IN_ACCEPTOR = 0x45
    JAM_IN_STACKER = 0x46
    PAUSE = 0x47
    CHEATED = 0x48
    FAILURE = 0x49
    COMMUNICATION_ERROR = 0x4A


_STATES = {int(state): state for state in State}
POWER_UPS = frozenset({State.POWER_UP, State.POWER_UP_IN_ACCEPTOR, State.POWER_UP_IN_STACKER})
AT_REST = frozenset({State.IDLING, State.INHIBITED})
IN_ESCROW = frozenset({State.ESCROW, State.HOLDING})


@dataclass(frozen=True, slots=True)
class Status:
    """A validator's state; ``detail`` is the byte beside it (escrow code, reason), 0 for none."""

    state: State
    detail: int = 0

    @classmethod
    def of(cls, frame: Frame) -> "Status | None":
        """Read an answer to a status request; None where it is none."""
        state = _STATES.get(frame.code)
        return None if state is None else cls(state, frame.data[0] if frame.data else 0)

    def to_frame(self) -> Frame:
        """The same, as a validator sends it."""
        return Frame(int(self.state), bytes([self.detail]) if self.detail else b"")


@dataclass(frozen=True, slots=True)
class Note:
    """A denomination: its name in the credit book and its value in céntimos."""

    item: str
    centimos: int


def notes_of(data: bytes, country: int) -> dict[int, Note]:
    """Read the answer to 8Ah: the notes of ``country`` in soles by escrow code.

    Each is told in four bytes: escrow code, country number, value, power of ten. Codes that are
    not assigned, of other countries or worth no whole sol are left out. Raises ``ValueError``.
    """
    if len(data) % _DENOMINATION_BYTES:
        raise ValueError("a currency assignment has four bytes for each denomination")
    notes: dict[int, Note] = {}
    for start in range(0, len(data), _DENOMINATION_BYTES):
        code, of_country, value, power = data[start : start + _DENOMINATION_BYTES]
        centimos = value * 10 ** min(power, 9) * CENTIMOS_PER_SOL
        if code and of_country == country and 0 < centimos <= HIGHEST_CENTIMOS:
            notes[code] = Note(f"PEN{centimos // CENTIMOS_PER_SOL}", centimos)
    return notes


def disabled_mask(accepted: frozenset[int]) -> bytes:
    """The data of C0h that switches every code off but these: bit 0 is code 61h, 1 is off.

    Only the first eight can be switched; whatever else comes must be returned from escrow.
    """
    bits = sum(
        1 << place for place in range(SWITCHED_CODES) if FIRST_ESCROW_CODE + place not in accepted
    )
    return bytes([bits, 0])


def version_of(data: bytes) -> str:
    """Read the answer to 88h: printable ASCII, anything else becomes ``?``."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data).strip()


REJECTIONS: Mapping[int, str] = {
    0x71: "put in crooked",
    0x72: "magnetic pattern",
    0x73: "something moved inside while idle",
    0x74: "signal level",
    0x75: "transport",
    0x76: "denomination not recognised",
    0x77: "photo pattern",
    0x78: "photo level",
    0x79: "not accepted now",
    0x7B: "operation",
    0x7C: "another note is inside",
    0x7D: "length",
    0x7E: "colour pattern",
    0x7F: "not a real note",
}
FAILURES: Mapping[int, str] = {
    0xA2: "stacker motor",
    0xA5: "transport motor speed",
    0xA6: "transport motor",
    0xA8: "solenoid",
    0xA9: "PB unit",
    0xAB: "cash box not ready",
    0xAF: "validator head removed",
    0xB0: "boot ROM",
    0xB1: "external ROM",
    0xB2: "RAM",
    0xB3: "external ROM writing",
}

"""Concert E: the requests, the answers and the signals between them, as bytes. Pure.

A frame is ``STX`` text ``ETX LRC``; the LRC is the XOR of what follows STX, ETX included. A text
has fields of fixed width and nothing else, named by the tables below. The long answer holds the
card's number: while it is read it becomes its last four digits, and is kept nowhere.
Source: Concert protocol, version E (Association du Paiement), as the public pyTeliumManager
writes it; fields and values are its ``TeliumAsk`` and ``TeliumResponse``.
"""
# pyright: strict

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

STX = 0x02
ETX = 0x03
MAX_CENTIMOS = 99_999_999
SOLES = "604"
SHORT_ANSWER, LONG_ANSWER = "0", "1"
ANY_CARD = "1"
PURCHASE = "0"
AFTER_TRANSACTION = "A010"
TERMINAL_DECIDES, ALWAYS_ASK = "B010", "B011"
PAID, REFUSED = "0", "7"
REPORT_WIDTH = 55
SCHEMES: Mapping[str, str] = {"2": "amex", "6": "diners", "9": "jcb", "U": "unionpay"}
"""Payment means that name one scheme; ``1`` is any bank card."""


class FrameRefused(ValueError):
    """A text that is no request or answer; names the field, never its content."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Concert frame: {what}; the frame is not used.")
        self.what = what


class Signal(IntEnum):
    """The bytes that stand alone."""

    EOT = 0x04
    ENQ = 0x05
    ACK = 0x06
    NAK = 0x15


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame that came and cannot be used; ``what`` says why without showing it."""

    what: str


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that belong to no frame and are no signal."""


@dataclass(frozen=True, slots=True)
class _Field:
    attribute: str
    width: int
    form: str


_POS = _Field("pos_number", 2, "[0-9]{2}")
_AMOUNT = _Field("amount_centimos", 8, "[0-9]{8}")
_MEANS = _Field("means", 1, "[0-9A-Z]")
_CURRENCY = _Field("currency", 3, "[0-9]{3}")
_PRIVATE = _Field("private", 10, "[ -~]{10}")
_REQUEST = (
    *(_POS, _AMOUNT, _Field("answer", 1, "[01]"), _MEANS, _Field("kind", 1, "[0-9]")),
    *(_CURRENCY, _PRIVATE),
    *(_Field("delay", 4, "A01[01]"), _Field("authorisation", 4, "B01[01]")),
)
_RESULT = _Field("result", 1, "[0-9]")
_REPORT = _Field("masked_last4", REPORT_WIDTH, f"[ -~]{{{REPORT_WIDTH}}}")
_SHORT = (_POS, _RESULT, _AMOUNT, _MEANS, _CURRENCY, _PRIVATE)
_LONG = (_POS, _RESULT, _AMOUNT, _MEANS, _REPORT, _CURRENCY, _PRIVATE)


def width_of(layout: tuple[_Field, ...]) -> int:
    """Characters of a text."""
    return sum(field.width for field in layout)


MAX_TEXT = width_of(_LONG)


@dataclass(frozen=True, slots=True)
class Request:
    """Take ``amount_centimos`` from a card and say how it ended, when it has ended.

    ``answer`` asks for the short or the long one, ``private`` (up to 10 characters) is ours.
    """

    pos_number: str
    amount_centimos: int
    answer: str = SHORT_ANSWER
    means: str = ANY_CARD
    kind: str = PURCHASE
    currency: str = SOLES
    private: str = ""
    delay: str = AFTER_TRANSACTION
    authorisation: str = TERMINAL_DECIDES

    def to_bytes(self) -> bytes:
        """The frame; raises ``FrameRefused`` for what no terminal would take."""
        return frame(_written(_REQUEST, self))

    @classmethod
    def from_text(cls, text: str) -> "Request":
        """Read the text of a frame; raises ``FrameRefused``."""
        return cls(**_values(_REQUEST, text))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request ended; ``result`` is ``0`` paid, ``7`` refused, else not certain.

    ``masked_last4`` is ``""`` in a short answer, and where no card number was recognised.
    """

    pos_number: str
    result: str
    amount_centimos: int
    means: str
    currency: str
    private: str
    masked_last4: str = ""

    def to_bytes(self, report: str | None = None) -> bytes:
        """The frame a terminal sends: short, or long with the 55 characters of ``report``."""
        text = _written(_SHORT, self)
        if report is not None:
            head = width_of(_SHORT) - _CURRENCY.width - _PRIVATE.width
            text = text[:head] + report.ljust(REPORT_WIDTH)[:REPORT_WIDTH] + text[head:]
        return frame(text)

    @classmethod
    def from_text(cls, text: str) -> "Answer":
        """Read the text of a frame, short or long; raises ``FrameRefused``."""
        return cls(**_values(_LONG if len(text) == MAX_TEXT else _SHORT, text))


def frame(text: str) -> bytes:
    """``STX`` text ``ETX LRC``."""
    covered = text.encode("ascii") + bytes([ETX])
    return bytes([STX]) + covered + bytes([lrc(covered)])


def lrc(covered: bytes) -> int:
    """XOR of everything after STX, ETX included."""
    value = 0
    for byte in covered:
        value ^= byte
    return value


def last_four(report: str) -> str:
    """The last four digits of a card number that begins ``report``; ``""`` if none does.

    What follows the number (a space, track 2's ``=`` or ``D``) and all digits before the last
    four are dropped here. A number masked by the terminal (``400000******7899``) is taken too.
    """
    match = re.match(r"[0-9*xX#]{8,15}(?P<last>[0-9]{4})(?:[ =D^]|\Z)", report)
    return match["last"] if match else ""


def _written(layout: tuple[_Field, ...], source: object) -> str:
    parts: list[str] = []
    for field in layout:
        value: Any = getattr(source, field.attribute)
        text = f"{value:0{field.width}d}" if field is _AMOUNT else str(value).ljust(field.width)
        if not re.fullmatch(field.form, text):
            raise FrameRefused(f"the field {field.attribute} cannot be sent in this form")
        parts.append(text)
    return "".join(parts)


def _values(layout: tuple[_Field, ...], text: str) -> dict[str, Any]:
    if len(text) != width_of(layout):
        raise FrameRefused("the text has another length")
    values: dict[str, Any] = {}
    at = 0
    for field in layout:
        part = text[at : at + field.width]
        at += field.width
        if not re.fullmatch(field.form, part):
            raise FrameRefused(f"the field {field.attribute} has another form")
        values[field.attribute] = _READ.get(field, str.rstrip)(part)
    return values


_READ: Mapping[_Field, Callable[[str], object]] = {_AMOUNT: int, _REPORT: last_four}

T = TypeVar("T")


class Ear(Generic[T]):
    """Cuts a byte stream into signals and frames, read by ``read``; holds at most 80 characters.

    A byte that no text may hold spoils its frame to the end. STX, ENQ and EOT inside one mean
    that its end was lost: it is damaged, and they count.
    """

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._text = bytearray()
        self._inside = self._spoiled = self._ended = False

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> list[Signal | T | Damaged | Noise]:
        """Take bytes; return what they were, noise in a row as one."""
        heard: list[Signal | T | Damaged | Noise] = []
        for byte in data:
            for item in self._take(byte):
                if not (isinstance(item, Noise) and heard and isinstance(heard[-1], Noise)):
                    heard.append(item)
        return heard

    def silence(self) -> list[Signal | T | Damaged | Noise]:
        """Nothing came for too long: a frame that had begun is damaged."""
        return self._leave("its end did not come") if self._inside else []

    def _take(self, byte: int) -> list[Signal | T | Damaged | Noise]:
        if self._ended:
            return self._finish(byte)
        if not self._inside:
            return self._outside(byte)
        if byte == ETX:
            self._ended = True
            return []
        if byte in (STX, Signal.ENQ, Signal.EOT):
            return [*self._leave("its end was lost"), *self._outside(byte)]
        if not 0x20 <= byte <= 0x7E:
            self._spoiled = True
        elif len(self._text) == MAX_TEXT:
            return self._leave("it is too long")
        else:
            self._text.append(byte)
        return []

    def _outside(self, byte: int) -> list[Signal | T | Damaged | Noise]:
        if byte == STX:
            self._inside = True
            return []
        return [Signal(byte)] if byte in frozenset(Signal) else [Noise()]

    def _finish(self, byte: int) -> list[Signal | T | Damaged | Noise]:
        if self._spoiled:
            return self._leave("it holds bytes that no text holds")
        if lrc(bytes(self._text)) ^ ETX != byte:
            return self._leave("its check byte does not fit")
        text = self._text.decode("ascii")
        self._forget()
        try:
            return [self._read(text)]
        except FrameRefused as refused:
            return [Damaged(refused.what)]

    def _leave(self, what: str) -> list[Signal | T | Damaged | Noise]:
        self._forget()
        return [Damaged(what)]

    def _forget(self) -> None:
        """Drop the text at once: it may hold a card's number."""
        self._text[:] = bytes(len(self._text))
        self._text.clear()
        self._inside = self._spoiled = self._ended = False

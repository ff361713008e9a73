"""A reader by PC/SC, through pyscard (the extra ``[pcsc]``) and the service ``pcscd``.

Source: PC/SC Workgroup, part 5 (SCard functions and codes) as pcsc-lite implements them. Only
return codes are looked at, never texts. Every call runs on a thread of its own with a deadline:
a driver of a reader may hang in it, and then the reader is given up, not waited for.
"""

import ctypes
import importlib
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from devices.blind_ring import BlindRing
from devices.errors import LinkLost, LinkNotFound
from devices.link import RawRing
from devices.pcsc_chip.bounded import BoundedCalls, Late, is_stuck
from devices.pcsc_chip.channel import (
    AnswerLate,
    CardMute,
    CardRemoved,
    CardStopped,
    CardTaken,
    NoCard,
    ReaderRefused,
)
from devices.status import MediaState

OPEN_S = 3.0
GONE_WITHIN_S = 1.0

_SYSTEM, _EXCLUSIVE, _T0, _T1, _UNPOWER = 2, 1, 1, 2, 2
_NO_SERVICE = frozenset({0x8010001D, 0x8010001E})
_NO_READERS = 0x8010002E
_REMOVED = frozenset({0x8010000C, 0x80100067, 0x80100068, 0x80100069})
_UNANSWERED = frozenset({0x8010000A, 0x80100010, 0x80100016, 0x8010002F, 0x80100066})
_UNREADABLE = frozenset({0x8010000F, 0x80100010, 0x80100065, 0x80100066, 0x80100067})
_EMPTY_SLOT = frozenset({0x8010000C, 0x80100069})
_TAKEN = 0x8010000B
_UNPLUGGED = frozenset({0x80100009, 0x80100017})
_STATE_GONE, _STATE_EMPTY, _STATE_PRESENT = 0x0004 | 0x0008, 0x0010, 0x0020
_INDEX = re.compile(r"\d{1,3}")
_PREFIX = "pcsc:"
_LIBRARY = "libpcsclite.so.1"


class Scard(Protocol):
    """What is used of ``smartcard.scard``; the first value of every answer is the return code."""

    def SCardEstablishContext(self, scope: int) -> Sequence[Any]: ...
    def SCardReleaseContext(self, context: Any) -> Any: ...
    def SCardListReaders(self, context: Any, groups: list[str]) -> Sequence[Any]: ...
    def SCardGetStatusChange(
        self, context: Any, timeout_ms: int, states: list[tuple[str, int]]
    ) -> Sequence[Any]: ...
    def SCardConnect(
        self, context: Any, reader: str, mode: int, protocols: int
    ) -> Sequence[Any]: ...
    def SCardTransmit(self, card: Any, protocol: int, command: list[int]) -> Sequence[Any]: ...
    def SCardDisconnect(self, card: Any, disposition: int) -> Any: ...


def pyscard(port: str) -> Scard:
    """Import pyscard; raises ``ReaderRefused`` where it or the library below it is missing."""
    try:
        ctypes.CDLL(_LIBRARY)  # without it pyscard imports, and ends the process at its first call
    except OSError:
        what = f"the PC/SC library {_LIBRARY} is missing"
        raise ReaderRefused(port, what, "install pcscd") from None
    try:
        return importlib.import_module("smartcard.scard")  # pyright: ignore[reportReturnType]
    except ImportError:
        what = "pyscard is not installed"
        raise ReaderRefused(port, what, "install this program's extra [pcsc]") from None


class PcscReader:
    """The reader that ``port`` means: ``pcsc:0`` (the first), ``pcsc:NAME`` or its bare name.

    A name may be cut where only one reader begins like that, because PC/SC appends numbers that
    change. Raises ``ReaderRefused`` without a service or with several such readers, and
    ``LinkNotFound`` without one.
    """

    def __init__(self, port: str, scard: Scard, *, open_s: float = OPEN_S) -> None:
        thread = f"pcsc {port}"
        if is_stuck(thread):
            what = "an earlier call to this reader still hangs"
            raise ReaderRefused(port, what, "unplug the reader and plug it in, or restart pcscd")
        self.port = port
        self.raw: RawRing = BlindRing()
        self._scard = scard
        self._calls = BoundedCalls(thread)
        self._context: Any = None
        self._lost = False
        try:
            self._name = self._found(time.monotonic() + open_s)
        except BaseException:
            self.close()
            raise

    def media(self, deadline: float) -> MediaState:
        """Whether a card is there, as the service knows it."""
        return _media(self._state(0, 0, deadline))

    def connect(self, deadline: float) -> "PcscChannel":
        """Power the card, for us alone."""
        code, card, protocol = self._card_call(
            lambda: self._scard.SCardConnect(self._context, self._name, _EXCLUSIVE, _T0 | _T1),
            deadline,
        )
        unreadable = code in _UNREADABLE
        if code in _EMPTY_SLOT or (unreadable and self._is_leaving(deadline)):
            raise NoCard("nothing lies on the reader")
        if unreadable:
            raise CardMute("the card does not answer: turn it round; or it has no chip here")
        if code == _TAKEN:
            raise CardTaken("another program holds the card: end it")
        self._must(code)
        return PcscChannel(self, card, protocol)

    def close(self) -> None:
        """Give the service back what we had of it, also where a call hangs: once it returns."""

        def release() -> None:
            if self._context is not None:
                self._scard.SCardReleaseContext(self._context)

        self._calls.close(release)

    def transmitted(self, card: Any, protocol: int, command: bytes, deadline: float) -> bytes:
        """Hand a command to ``card``; see ``CardChannel.transmit``."""
        self.raw.add("tx", command)
        code, *rest = self._card_call(
            lambda: self._scard.SCardTransmit(card, protocol, list(command)), deadline
        )
        reply = bytes(rest[0]) if code == 0 else b""
        unanswered = not reply if code == 0 else code in _UNANSWERED
        if code in _REMOVED or (unanswered and self._is_leaving(deadline)):
            raise CardRemoved("the card was taken away")
        if unanswered:
            raise CardStopped("the card stopped answering: clean its contacts, present it again")
        self._must(code)
        self.raw.add("rx", reply)
        return reply

    def released(self, card: Any, deadline: float) -> None:
        """Take the card's power."""
        self._card_call(lambda: [self._scard.SCardDisconnect(card, _UNPOWER)], deadline)

    def _found(self, deadline: float) -> str:
        code, *rest = self._opening(lambda: self._scard.SCardEstablishContext(_SYSTEM), deadline)
        if code:
            raise ReaderRefused(self.port, _service_away(code), "start pcscd")
        self._context = rest[0]
        code, *rest = self._opening(
            lambda: self._scard.SCardListReaders(self._context, []), deadline
        )
        if code in _NO_SERVICE:
            raise ReaderRefused(self.port, _service_away(code), "start pcscd")
        if code == _NO_READERS or not rest:
            raise LinkNotFound(self.port)
        return _chosen(self.port, [str(name) for name in rest[0]])

    def _opening(self, call: Callable[[], Sequence[Any]], deadline: float) -> list[Any]:
        try:
            return _coded(self._calls(call, deadline))
        except Late:
            what = "the PC/SC service does not answer"
            raise ReaderRefused(self.port, what, "restart pcscd") from None

    def _is_leaving(self, deadline: float) -> bool:
        """Whether the card is gone, which the service may notice a moment later."""
        wait_s = min(GONE_WITHIN_S, deadline - time.monotonic() - 0.1)
        state = self._state(_STATE_PRESENT, max(0, int(wait_s * 1000)), deadline)
        return _media(state) is not MediaState.PRESENT

    def _state(self, known: int, wait_ms: int, deadline: float) -> int:
        code, *rest = self._call(
            lambda: self._scard.SCardGetStatusChange(self._context, wait_ms, [(self._name, known)]),
            deadline,
        )
        if code == 0x8010000A:  # nothing changed while it waited
            return known
        self._must(code)
        state = int(rest[0][0][1])
        if state & _STATE_GONE:
            raise self._loss("the reader was unplugged")
        return state

    def _card_call(self, call: Callable[[], Sequence[Any]], deadline: float) -> list[Any]:
        """A call that waits for a card, which may be slow: late is not yet lost."""
        if self._lost or self._calls.late:
            raise self._loss("the reader was given up")
        try:
            return _coded(self._calls(call, deadline))
        except Late:
            raise AnswerLate("the card or its reader did not answer in time") from None

    def _call(self, call: Callable[[], Sequence[Any]], deadline: float) -> list[Any]:
        try:
            return self._card_call(call, deadline)
        except AnswerLate:
            raise self._loss("the PC/SC service did not answer in time") from None

    def _must(self, code: int) -> None:
        if code in _NO_SERVICE:
            raise self._loss("the PC/SC service stopped")
        if code in _UNPLUGGED:
            raise self._loss("the reader was unplugged")
        if code:
            raise self._loss(f"PC/SC error {code:08X}")

    def _loss(self, what: str) -> LinkLost:
        self._lost = True
        return LinkLost(self.port, what)


class PcscChannel:
    """One powered card on a ``PcscReader``."""

    def __init__(self, reader: PcscReader, card: Any, protocol: int) -> None:
        self._reader = reader
        self._card = card
        self._protocol = protocol

    @property
    def t0(self) -> bool:
        """Whether PC/SC chose T=0."""
        return self._protocol == _T0

    def transmit(self, command: bytes, deadline: float) -> bytes:
        """Hand one command to the card."""
        return self._reader.transmitted(self._card, self._protocol, command, deadline)

    def release(self, deadline: float) -> None:
        """Take its power."""
        try:
            self._reader.released(self._card, deadline)
        except AnswerLate:
            raise LinkLost(self._reader.port, "the card was not released in time") from None


def _chosen(port: str, names: list[str]) -> str:
    wanted = port.removeprefix(_PREFIX)
    if port.startswith(_PREFIX) and _INDEX.fullmatch(wanted):
        if int(wanted) < len(names):
            return names[int(wanted)]
        raise LinkNotFound(port)
    if wanted in names:
        return wanted
    fitting = [name for name in names if wanted and name.startswith(wanted)]
    if len(fitting) > 1:
        what = f"{len(fitting)} readers fit ({', '.join(fitting)})"
        raise ReaderRefused(port, what, "write the whole name")
    if not fitting:
        raise LinkNotFound(port)
    return fitting[0]


def _media(state: int) -> MediaState:
    if state & _STATE_PRESENT:
        return MediaState.PRESENT
    return MediaState.NOT_PRESENT if state & _STATE_EMPTY else MediaState.UNKNOWN


def _coded(answer: Sequence[Any]) -> list[Any]:
    """The answer with its return code as an unsigned number."""
    code, *rest = answer
    return [int(code) & 0xFFFFFFFF, *rest]


def _service_away(code: int) -> str:
    if code in _NO_SERVICE:
        return "the PC/SC service does not run"
    return f"the PC/SC service refused us ({code:08X})"

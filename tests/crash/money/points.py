"""The named points at which a process may be told to die: wrapped around the product's own seams.

A process is armed before its program's first line (`prepare` of the nursery); at the nth passing
of its point it leaves a mark in a file, so that nobody takes a point for tried that was never
reached, and kills itself with SIGKILL. What happens around the point is the product's own code.

    kiosk    journal write · command sent · reply read · coin credited · slip printed · POST
    server   server commit                 centre   backend commit
    note stacked is the machine's: `lives.py` kills the kiosk as the note falls into the box.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BEFORE, AFTER = "before", "after"
# What a validator and a hopper are told when money moves (ccTalk headers).
_MONEY_HEADERS = (154, 167)
_HEADER_AT = 3
_PAYMENT = b'"PaymentRequest"'
_COINS = "coin-"


@dataclass(frozen=True)
class Point:
    """Die at the `nth` passing of `name`, just `before` it or just `after` it; leave a `mark`."""

    name: str
    moment: str
    nth: int
    mark: str

    @property
    def reached(self) -> bool:
        """Whether somebody died there."""
        return Path(self.mark).exists()


def arming(point: Point) -> str:
    """What the nursery needs to arm a program."""
    return f"{__name__}:arm:{json.dumps(asdict(point))}"


def arm(words: str) -> None:
    """Wrap the seam of a point in this process."""
    armed = _Armed(Point(**json.loads(words)))
    SEAMS[armed.point.name](armed)


class _Armed:
    """Counts passings; from any thread."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self._passed = 0
        self._lock = threading.Lock()

    def at(self, moment: str) -> None:
        """This moment of the point is here."""
        if moment != self.point.moment:
            return
        with self._lock:
            self._passed += 1
            if self._passed == self.point.nth:
                die(self.point)


def die(point: Point) -> None:
    """Leave the mark, and lose power."""
    Path(point.mark).write_text(f"{point.name} {point.moment} {point.nth}\n")
    os.kill(os.getpid(), signal.SIGKILL)


# --- kiosk ------------------------------------------------------------------------------------
def _journal_write(armed: _Armed) -> None:
    """Each durable unit from the one on that begins a payment."""
    from kiosk.journal.file import JournalFile
    from kiosk.journal.orders import OrderBook

    unit, begin = JournalFile.unit, OrderBook.begin
    begun = threading.Event()

    def begin_payment(self: OrderBook, *words: Any) -> None:
        begun.set()
        begin(self, *words)

    @contextmanager
    def watched(self: JournalFile) -> Iterator[Any]:
        with self._lock:
            outermost = not self._db.in_transaction
            with unit(self) as db:
                yield db
                if outermost and begun.is_set():
                    armed.at(BEFORE)
            if outermost and begun.is_set():
                armed.at(AFTER)

    JournalFile.unit = watched  # type: ignore[method-assign]
    OrderBook.begin = begin_payment  # type: ignore[method-assign]


def _command_sent(armed: _Armed) -> None:
    """A payment to the terminal; a note's way and coins to give, to validator and hopper."""
    from devices.link import FdLink, HttpLink

    post, write = HttpLink._post, FdLink.write

    def post_watched(self: HttpLink, connection: Any, message: bytes, max_bytes: int) -> bytes:
        if _PAYMENT not in message:
            return post(self, connection, message, max_bytes)
        armed.at(BEFORE)
        request = connection.request

        def sent(*words: Any) -> None:
            request(*words)
            armed.at(AFTER)

        connection.request = sent
        return post(self, connection, message, max_bytes)

    def write_watched(self: FdLink, data: bytes, *words: Any) -> None:
        counts = _moves_money(data)
        if counts:
            armed.at(BEFORE)
        write(self, data, *words)
        if counts:
            armed.at(AFTER)

    HttpLink._post = post_watched  # type: ignore[method-assign]
    FdLink.write = write_watched  # type: ignore[method-assign]


def _reply_read(armed: _Armed) -> None:
    """The replies to these; before: the reply may be there, nobody has looked."""
    from devices.link import FdLink, HttpLink

    post, write, read = HttpLink._post, FdLink.write, FdLink.read
    echo: dict[int, int] = {}  # of a line: bytes of its own command that it will hear first

    def post_watched(self: HttpLink, connection: Any, message: bytes, max_bytes: int) -> bytes:
        if _PAYMENT not in message:
            return post(self, connection, message, max_bytes)
        getresponse = connection.getresponse

        def answered() -> Any:
            response = getresponse()
            armed.at(BEFORE)
            return response

        connection.getresponse = answered
        data = post(self, connection, message, max_bytes)
        armed.at(AFTER)
        return data

    def write_watched(self: FdLink, data: bytes, *words: Any) -> None:
        if _moves_money(data):
            echo[id(self)] = len(data)
        else:
            echo.pop(id(self), None)
        write(self, data, *words)

    def read_watched(self: FdLink, *words: Any) -> bytes:
        of_reply = echo.get(id(self)) == 0
        if of_reply:
            armed.at(BEFORE)
        data = read(self, *words)
        if of_reply and data:
            echo.pop(id(self), None)
            armed.at(AFTER)
        elif id(self) in echo:
            echo[id(self)] = max(0, echo[id(self)] - len(data))
        return data

    HttpLink._post = post_watched  # type: ignore[method-assign]
    FdLink.write = write_watched  # type: ignore[method-assign]
    FdLink.read = read_watched  # type: ignore[method-assign]


def _moves_money(data: bytes) -> bool:
    return len(data) > _HEADER_AT + 1 and data[_HEADER_AT] in _MONEY_HEADERS


def _coin_credited(armed: _Armed) -> None:
    from kiosk.journal.cash import CashBook

    commit = CashBook.commit

    def watched(self: CashBook, serial: str, tally: Any, credits: tuple[Any, ...]) -> None:
        counts = bool(credits) and serial.startswith(_COINS)
        if counts:
            armed.at(BEFORE)
        commit(self, serial, tally, credits)
        if counts:
            armed.at(AFTER)

    CashBook.commit = watched  # type: ignore[method-assign]


def _slip_printed(armed: _Armed) -> None:
    from devices.escpos.driver import EscposDriver

    print_ = EscposDriver._print

    def watched(self: EscposDriver, *words: Any, **more: Any) -> Any:
        armed.at(BEFORE)
        result = print_(self, *words, **more)
        armed.at(AFTER)
        return result

    EscposDriver._print = watched  # type: ignore[method-assign]


def _post(armed: _Armed) -> None:
    """What tells the server of an order, a payment, a claim or a doubt."""
    from kiosk.queue_client import QueueClient

    send = QueueClient._send

    def watched(self: QueueClient, method: str, path: str, *words: Any) -> Any:
        counts = method == "POST" and path.startswith(_TOLD)
        if counts:
            armed.at(BEFORE)
        answer = send(self, method, path, *words)
        if counts:
            armed.at(AFTER)
        return answer

    QueueClient._send = watched  # type: ignore[method-assign]


_TOLD = ("/api/v1/applications", "/api/v1/claims", "/api/v1/doubts", "/api/v1/returns")


# --- server and centre ------------------------------------------------------------------------
_OF_MONEY = ("application.", "wallet.", "claim.", "doubt.", "return.")


def _server_commit(armed: _Armed) -> None:
    """Commits that record an event of money; one thread of a process commits."""
    from sqlalchemy import Connection

    from queue_server.core.db import Database

    write, commit = Database._write, Connection.commit
    group: list[Any] = []

    def write_watched(self: Database, units: Any) -> None:
        group[:] = units
        try:
            write(self, units)
        finally:
            group.clear()

    def commit_watched(self: Connection) -> None:
        events = [each.event.kind for each in group if each.event is not None]
        counts = any(kind.startswith(_OF_MONEY) for kind in events)
        if counts:
            armed.at(BEFORE)
        commit(self)
        if counts:
            armed.at(AFTER)

    Database._write = write_watched  # type: ignore[method-assign]
    Connection.commit = commit_watched  # type: ignore[method-assign]


def _backend_commit(armed: _Armed) -> None:
    """Transactions in which the centre writes a request down."""
    from queue_server.issuance.sandbox.ledger import Ledger

    transaction, record = Ledger.transaction, Ledger.record
    written = threading.local()

    def record_watched(self: Ledger, request: Any) -> None:
        written.here = True
        record(self, request)

    @contextmanager
    def watched(self: Ledger) -> Iterator[None]:
        written.here = False
        with transaction(self):
            yield
            if written.here:
                armed.at(BEFORE)
        if written.here:
            armed.at(AFTER)

    Ledger.transaction = watched  # type: ignore[method-assign]
    Ledger.record = record_watched  # type: ignore[method-assign]


SEAMS: dict[str, Callable[[_Armed], None]] = {
    "journal write": _journal_write,
    "command sent": _command_sent,
    "reply read": _reply_read,
    "coin credited": _coin_credited,
    "slip printed": _slip_printed,
    "POST": _post,
    "server commit": _server_commit,
    "backend commit": _backend_commit,
}
NOTE_STACKED = "note stacked"
NAMES = (*SEAMS, NOTE_STACKED)

"""TCP whose every wait ends in time: one deadline for resolving, connecting, sending and reading.

A timeout of a socket is for one read only: a server that drips a byte now and then never meets it.
"""

import io
import socket
import threading
from concurrent.futures import Future
from time import monotonic
from typing import Any

_Address = tuple[Any, ...]


class ReplyTooLarge(OSError):
    """The other end sent more bytes than we are ready to keep."""


class Deadline:
    """A moment on the monotonic clock, `seconds` from its making."""

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, always > 0. Raises TimeoutError when there are none."""
        left = self._at - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    def at_most(self, seconds: float) -> "Deadline":
        """The sooner of this deadline and `seconds` from now. Raises TimeoutError."""
        return Deadline(min(seconds, self.remaining()))


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connected socket to the first address of `host` that answers. Raises OSError.

    Each address gets its share of the time left, so that a dead one does not cost the others.
    """
    addresses = _resolve(host, port, deadline)
    failure = OSError(f"{host} has no address")
    for place, (family, address) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.remaining() / (len(addresses) - place))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _resolve(host: str, port: int, deadline: Deadline) -> list[tuple[int, _Address]]:
    try:
        return _look_up(host, port, socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return _resolve_name(host, port, deadline)


def _resolve_name(host: str, port: int, deadline: Deadline) -> list[tuple[int, _Address]]:
    """The resolver takes no timeout, so it runs on a thread that may be left behind."""
    found: Future[list[tuple[int, _Address]]] = Future()

    def look_up() -> None:
        try:
            found.set_result(_look_up(host, port, 0))
        except (OSError, UnicodeError) as error:
            found.set_exception(OSError(f"{host}: {error}"))

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    return found.result(deadline.remaining())


def _look_up(host: str, port: int, flags: int) -> list[tuple[int, _Address]]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(int(row[0]), row[4]) for row in rows]


class TimedReader(io.RawIOBase):
    """What arrives on `sock`, until `deadline` and no more than `limit` bytes.

    Reading raises TimeoutError, ReplyTooLarge or another OSError. Closing it leaves `sock` open.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, limit: int) -> None:
        super().__init__()
        self._sock = sock
        self._deadline = deadline
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._sock.settimeout(self._deadline.remaining())
        count = self._sock.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise ReplyTooLarge("the reply is longer than allowed")
        return count

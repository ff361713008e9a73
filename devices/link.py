"""Links: serial line, TCP, pseudo-terminal and HTTP, with deadlines and a redacted record."""

import contextlib
import errno
import http.client
import os
import re
import select
import socket
import termios
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import serial

from devices.errors import LinkLost, LinkNotFound, LinkRefused, LinkTimeout

LINK_FAILURES = (serial.SerialException, OSError, termios.error)
WRITE_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 3.0
RING_ENTRIES = 64
RING_ENTRY_BYTES = 256


class Link(Protocol):
    """A byte stream to a device; the end of it raises ``LinkLost``."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes, or ``b""`` when none came within ``timeout_s`` seconds."""
        ...

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Hand over all of ``data``, or raise ``LinkTimeout`` (some may have gone)."""
        ...

    def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        ...


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One transfer: monotonic seconds, ``rx`` or ``tx``, its length, and its masked beginning."""

    at_s: float
    direction: str
    length: int
    shown: bytes


class RawRing:
    """The last transfers of a link, for support. Bounded; letters and digits are masked.

    What passes here is personal (documents, slips), so it is masked as it comes in, not as
    it goes out: letters become ``x``, digits ``9`` (with an even parity bit too), control bytes and
    punctuation stay. Only a protocol that carries nothing of a person (``show_all``) is kept as
    it is.
    """

    def __init__(self, entries: int = RING_ENTRIES) -> None:
        self._entries: deque[RawEntry] = deque(maxlen=entries)
        self._lock = threading.Lock()
        self._masked = True

    def show_all(self) -> None:
        """From now on keep bytes as they are."""
        self._masked = False

    def add(self, direction: str, data: bytes) -> None:
        """Record one transfer; only the first 256 bytes of it are kept."""
        shown = data[:RING_ENTRY_BYTES]
        if self._masked:
            digits_hidden = re.sub(rb"[0-9\xb0-\xb9]", b"9", shown)
            shown = re.sub(rb"[A-Za-z\x80-\xff]", b"x", digits_hidden)
        entry = RawEntry(time.monotonic(), direction, len(data), shown)
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> tuple[RawEntry, ...]:
        """Return the transfers still kept, oldest first."""
        with self._lock:
            return tuple(self._entries)


class FdLink:
    """A link over a non-blocking file descriptor; ``release`` gives its owner back."""

    def __init__(self, port: str, fd: int, release: Callable[[], None]) -> None:
        os.set_blocking(fd, False)
        self.port = port
        self.raw = RawRing()
        self._fd = fd
        self._release: Callable[[], None] | None = release

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes, or ``b""`` after ``timeout_s`` seconds (``LinkLost``)."""
        try:
            if not self._wait(select.POLLIN, timeout_s):
                return b""
            data = os.read(self._fd, max_bytes)
        except BlockingIOError:
            return b""
        except LINK_FAILURES as cause:
            raise LinkLost(self.port, cause) from cause
        if not data:
            raise LinkLost(self.port, "the other side closed it")
        self.raw.add("rx", data)
        return data

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """Hand over ``data`` within ``timeout_s`` seconds (``LinkTimeout``, ``LinkLost``)."""
        deadline = time.monotonic() + timeout_s
        sent = 0
        try:
            while sent < len(data):  # nothing at all would be an end of file to a pty's other side
                try:
                    sent += os.write(self._fd, data[sent:])
                except BlockingIOError:
                    if not self._wait(select.POLLOUT, deadline - time.monotonic()):
                        raise LinkTimeout(self.port, sent, len(data)) from None
        except LINK_FAILURES as cause:
            raise LinkLost(self.port, cause) from cause
        self.raw.add("tx", data)

    def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        release, self._release, self._fd = self._release, None, -1
        if release is not None:
            with contextlib.suppress(*LINK_FAILURES):
                release()

    def _wait(self, event: int, timeout_s: float) -> bool:
        if self._fd < 0:
            raise OSError(errno.EBADF, "the link is closed")
        poller = select.poll()
        poller.register(self._fd, event)
        return bool(poller.poll(max(0.0, timeout_s) * 1000))


class SerialLink(FdLink):
    """A serial line, real or pseudo-terminal.

    ``parity`` is ``"N"``, ``"E"`` or ``"O"`` (a pseudo-terminal takes only ``"N"``). The port is
    opened exclusively. Raises ``LinkNotFound`` or ``LinkRefused``.
    """

    def __init__(self, port: str, baud: int = 9600, parity: str = "N") -> None:
        if not os.path.exists(port):
            raise LinkNotFound(port)
        try:
            line = serial.Serial(port, baud, parity=parity, timeout=0, exclusive=True)
        except (*LINK_FAILURES, ValueError) as cause:
            raise LinkRefused(port, cause) from cause
        super().__init__(port, line.fileno(), line.close)


class TcpLink(FdLink):
    """A TCP connection, as of a network printer (usually port 9100). Raises ``LinkRefused``.

    A peer that vanished without a word (its power is gone, its cable out) is noticed within about
    five seconds, also while nothing is sent, where the platform can.
    """

    def __init__(self, host: str, tcp_port: int, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        port = f"tcp://{host}:{tcp_port}"
        try:
            connection = socket.create_connection((host, tcp_port), timeout_s)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _watch(connection)
        except (OSError, ValueError, OverflowError) as cause:
            raise LinkRefused(port, cause) from cause
        super().__init__(port, connection.fileno(), connection.close)


_WATCH = {"TCP_USER_TIMEOUT": 4000, "TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3}
"""After 2 s of silence ask each second, three times; bytes not taken for 4000 ms end it."""


def _watch(connection: socket.socket) -> None:
    """Let the system ask whether the peer is still there."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _WATCH.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


_TCP_PORT = re.compile(
    r"(?:tcp|socket)://(?P<host>[^:/]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})/?"
)


def open_link(port: str, baud: int = 9600, parity: str = "N") -> FdLink:
    """Open ``tcp://host:port`` (or ``socket://``) or the path of a serial port."""
    match = _TCP_PORT.fullmatch(port)
    if match:
        return TcpLink(match["host"].strip("[]"), int(match["port"]))
    return SerialLink(port, baud, parity)


class PtyCable(FdLink):
    """The simulated end of a serial cable; its other end appears at ``path``.

    The cable holds both ends, so a driver may come and go. Closing it removes ``path`` and
    breaks the driver's link, as pulling the plug does. Raises ``LinkRefused`` when ``path``
    is taken by something that is not a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_symlink():
            raise LinkRefused(str(path), FileExistsError("it is not a symbolic link of ours"))
        try:
            master, slave = os.openpty()
        except OSError as cause:
            raise LinkRefused(str(path), cause) from cause
        tty.setraw(slave)
        self.path = path
        self._slave_name = os.ttyname(slave)
        self._ends = (master, slave)
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            staged.unlink()
        staged.symlink_to(self._slave_name)
        staged.replace(path)
        super().__init__(str(path), master, self._unplug)

    def _unplug(self) -> None:
        if self.path.is_symlink() and os.readlink(self.path) == self._slave_name:
            self.path.unlink()
        for end in self._ends:
            os.close(end)


def open_pty_pair(path: Path) -> PtyCable:
    """Lay a cable whose far end a driver opens at ``path``, like any serial port."""
    return PtyCable(path)


class HttpLink:
    """Messages to a device over HTTP: one POST on one connection each, and its reply.

    ``port`` is ``http://host:port`` with an optional path. It follows no redirect, asks no proxy
    and repeats nothing. Raises ``LinkRefused`` for a port it cannot read; connecting is left to
    each message.
    """

    def __init__(self, port: str) -> None:
        match = _HTTP_PORT.fullmatch(port)
        if match is None:
            raise LinkRefused(port, ValueError("write http://host:port"))
        self.port = port
        self.raw = RawRing()
        self._host, self._tcp_port = match["host"].strip("[]"), int(match["port"])
        self._path = match["path"] or "/"
        self._closed = False

    def exchange(self, message: bytes, deadline: float, max_bytes: int) -> bytes:
        """Send ``message`` and return the whole reply before ``deadline`` (monotonic seconds).

        Raises ``LinkRefused`` when nothing was sent, and ``LinkLost`` when ``message`` may have
        arrived: no reply in time, a cut or overlong one, or a status that is not 2xx.
        """
        with contextlib.closing(self._connect(deadline)) as connection:
            try:
                self.raw.add("tx", message)
                data = self._post(connection, message, max_bytes)
            except TimeoutError:
                raise LinkLost(self.port, "no whole reply in time") from None
            except (OSError, ValueError, http.client.HTTPException) as cause:
                raise LinkLost(self.port, type(cause).__name__) from None
        self.raw.add("rx", data)
        return data

    def close(self) -> None:
        """Send nothing more; closing twice is harmless."""
        self._closed = True

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        if self._closed:
            raise LinkRefused(self.port, OSError(errno.EBADF, "the link is closed"))
        patience = min(CONNECT_TIMEOUT_S, max(0.001, deadline - time.monotonic()))
        try:
            opened = socket.create_connection((self._host, self._tcp_port), patience)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError, OverflowError) as cause:
            raise LinkRefused(self.port, cause) from cause
        connection = http.client.HTTPConnection(self._host, self._tcp_port)
        connection.sock = _TimedSocket(opened, deadline)
        return connection

    def _post(
        self, connection: http.client.HTTPConnection, message: bytes, max_bytes: int
    ) -> bytes:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        connection.request("POST", self._path, message, headers)
        with connection.getresponse() as reply:
            if not 200 <= reply.status < 300:
                raise LinkLost(self.port, f"HTTP status {reply.status}")
            data = reply.read(max_bytes + 1)
            if len(data) > max_bytes:
                raise LinkLost(self.port, f"a reply of more than {max_bytes} bytes")
            if reply.length:
                raise LinkLost(self.port, "the reply was cut")
        return data


class _TimedSocket(socket.socket):
    """A socket whose every wait ends at one deadline, however slowly bytes drip in."""

    def __init__(self, opened: socket.socket, deadline: float) -> None:
        super().__init__(opened.family, opened.type, opened.proto, opened.detach())
        self._deadline = deadline

    def sendall(self, *args: Any) -> None:
        """Send as usual, until the deadline."""
        self._hurry()
        super().sendall(*args)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive as usual, until the deadline."""
        self._hurry()
        return super().recv_into(buffer, nbytes, flags)

    def _hurry(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("its deadline passed")  # also where bytes keep coming
        self.settimeout(left)


_HTTP_PORT = re.compile(
    r"http://(?P<host>[^:/@\s]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})(?P<path>/[!-~]*)?"
)

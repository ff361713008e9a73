"""HTTP to the hub over one TLS connection that is kept open, each exchange under one deadline.

What is sent goes to a peer that was believed first: one that the pinned authority certified, or
while nobody is believed yet (enrolment) one and the same certificate. No redirect is followed, no
proxy is taken from the environment, nothing is logged.
"""

import hashlib
import http.client
import io
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from queue_server.core.wire import Deadline, ReplyTooLarge, TimedReader, connect

LARGEST_ANSWER = 1024 * 1024
CONNECT_S = 5.0
_PIECE_BYTES = 64 * 1024


class LineDown(Exception):
    """No usable answer; what was sent may have arrived. `reason`: one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """A whole answer that holds one JSON object."""

    status: int
    content: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The stable word of a problem (RFC 9457: its title)."""
        return str(self.content.get("title", ""))

    @property
    def detail(self) -> str:
        """What a problem says to people."""
        return str(self.content.get("detail", ""))


class Line:
    """Exchanges with the hub at `url`, one after the other; another thread may `close`."""

    def __init__(self, url: str, context: ssl.SSLContext, seen: Callable[[bytes], None]) -> None:
        target = urlsplit(url)
        self._host, self._port = target.hostname or "", target.port or 443
        self._name = target.netloc
        self._context = context
        self._seen = seen
        self._socket: ssl.SSLSocket | None = None
        self._closed = False

    def exchange(self, method: str, path: str, body: bytes, token: str, within_s: float) -> Answer:
        """The answer to one request; `token` "" shows none. Raises LineDown.

        A kept connection that the hub has closed meanwhile is replaced once.
        """
        deadline = Deadline(within_s)
        request = self._head(method, path, token, len(body)) + body
        kept = self._socket is not None
        try:
            return self._attempt(request, method, deadline)
        except LineDown as down:
            if not kept or down.reason != "closed" or self._closed:
                raise
        return self._attempt(request, method, deadline)

    def close(self) -> None:
        """Let go of the connection; an exchange under way ends with LineDown."""
        self._closed = True
        with suppress(AttributeError, OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # pyright: ignore[reportOptionalMemberAccess]

    def _attempt(self, request: bytes, method: str, deadline: Deadline) -> Answer:
        try:
            sock = self._connected(deadline)
            for first in range(0, len(request), _PIECE_BYTES):
                sock.settimeout(deadline.remaining())
                sock.sendall(request[first : first + _PIECE_BYTES])
            answer, stays_open = self._read(sock, method, deadline)
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            self._hang_up()
            raise LineDown(_reason(error)) from error
        if not stays_open or self._closed:
            self._hang_up()
        return answer

    def _connected(self, deadline: Deadline) -> ssl.SSLSocket:
        if self._closed:
            raise ConnectionAbortedError("this line was closed")
        if self._socket is None:
            soon = deadline.at_most(CONNECT_S)
            plain = connect(self._host, self._port, soon)
            try:
                plain.settimeout(soon.remaining())
                secured = self._context.wrap_socket(plain, server_hostname=self._host)
            except (OSError, ValueError):
                plain.close()
                raise
            try:
                self._seen(secured.getpeercert(True) or b"")
            except OSError:
                secured.close()
                raise
            self._socket = secured
        return self._socket

    def _read(self, sock: ssl.SSLSocket, method: str, deadline: Deadline) -> tuple[Answer, bool]:
        reader = _Readable(TimedReader(sock, deadline, LARGEST_ANSWER))
        response = http.client.HTTPResponse(reader, method=method)  # pyright: ignore[reportArgumentType]
        response.begin()
        content = response.read()
        if not content and response.status == 204:
            return Answer(204, {}), not response.will_close
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return Answer(response.status, found), not response.will_close

    def _hang_up(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
            self._socket = None

    def _head(self, method: str, path: str, token: str, length: int) -> bytes:
        lines = {
            "Host": self._name,
            "User-Agent": "ventanilla",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Content-Length": str(length),
        }
        if token:
            lines["Authorization"] = f"Bearer {token}"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode("latin-1")


def pinned_line(url: str, authority: str) -> Line:
    """A line to whoever `authority` (PEM) certified, however it is called, and to nobody else."""
    return Line(url, pinned(authority), lambda _: None)


class UnverifiedLine(Line):
    """A line to one server whose certificate is only noted (`certificate`, DER): for enrolment,
    which binds what it saw. Nothing secret goes over it; another certificate gets not a byte."""

    def __init__(self, url: str) -> None:
        self.certificate = b""
        super().__init__(url, _unverified(), self._note)

    def _note(self, shown: bytes) -> None:
        self.certificate = self.certificate or shown
        if hashlib.sha256(shown).digest() != hashlib.sha256(self.certificate).digest():
            raise ConnectionAbortedError("another certificate than before")


def pinned(authority: str) -> ssl.SSLContext:
    """Believes certificates that `authority` (PEM) signed, and no other. Raises ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # names and addresses may change
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority)
    return context


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Readable:
    """The part of a socket that http.client reads from."""

    def __init__(self, reader: TimedReader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, _PIECE_BYTES)


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "timeout"
        case ReplyTooLarge():
            return "too_large"
        case ssl.SSLCertVerificationError():
            return "another_authority"
        case ConnectionRefusedError():
            return "no_connection"
        case http.client.RemoteDisconnected() | ConnectionError() | ssl.SSLEOFError():
            return "closed"
        case ssl.SSLError():
            return "no_tls"
        case http.client.IncompleteRead():
            return "truncated"
        case OSError():
            return "no_connection"
        case _:
            return "malformed"

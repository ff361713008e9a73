"""How an envelope reaches the centre and what comes back: HTTP/1.1 under one deadline a call.

Two failures, told apart because the answer to them differs:

    ExchangeFailed
    ├── NotSent     not one byte of the request left: nothing was done
    └── ReplyLost   the request may have arrived: the work may be done

No redirect is followed, no proxy or credential is taken from the environment, and neither the
request nor the reply is ever logged.
"""

import http.client
import io
import selectors
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from zeep.transports import Transport

from queue_server.core.wire import Deadline, ReplyTooLarge, TimedReader, connect

# Below libxml2's own limit of 10 MB for one text, so that its protection can stay on.
MAX_REPLY_BYTES = 8 * 1024 * 1024
MAX_HEAD_BYTES = 64 * 1024
PIECE_BYTES = 64 * 1024
MAX_IDLE = 8
# Servers close an idle connection after 5 s (Apache) and more: ours are let go before that.
MAX_IDLE_S = 4.0
XML_TYPES = ("text/xml", "application/xml", "application/soap+xml")


class ExchangeFailed(Exception):
    """No usable reply. `reason` is one word for logs and answers; it holds nothing of the reply."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(ExchangeFailed):
    """There was no connection: the centre was not asked. Try again later."""


class ReplyLost(ExchangeFailed):
    """The request may have arrived, its reply is not usable. Ask what became of it."""


@dataclass(frozen=True)
class HttpReply:
    """A whole reply that says it is XML. `charset`: what HTTP calls its encoding."""

    status_code: int
    content: bytes
    charset: str | None = None


class DeadlineTransport(Transport):
    """zeep's transport: envelopes to one address, each call within `deadline_s` seconds in all.

    Connecting (name, TCP and TLS) may take `connect_s` of them. `ca_bundle` replaces the system's
    authorities. Safe to use from many threads; idle connections are kept for the next call.
    Raises ValueError for an address that is not http(s).
    """

    def __init__(
        self, url: str, ca_bundle: Path | None, deadline_s: float, connect_s: float
    ) -> None:
        super().__init__()
        self.session.trust_env = False
        target = urlsplit(url)
        if target.scheme not in ("http", "https") or not target.hostname:
            raise ValueError(f"the centre's address must begin with http:// or https://: {url!r}")
        self._host = target.hostname
        self._port = target.port or (443 if target.scheme == "https" else 80)
        self._authority = target.netloc.rpartition("@")[2]
        self._path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        self._tls = _tls_context(ca_bundle) if target.scheme == "https" else None
        self._deadline_s = deadline_s
        self._connect_s = connect_s
        self._idle: list[tuple[float, socket.socket]] = []
        self._lock = threading.Lock()

    def exchange(
        self,
        message: bytes,
        headers: Mapping[str, str],
        *,
        repeatable: bool,
        within_s: float | None = None,
    ) -> HttpReply:
        """The reply to `message`, `within_s` seconds if sooner. Raises NotSent, ReplyLost.

        A `repeatable` message may go out on a kept connection, and once more on a fresh one when
        the server was just closing it. Any other goes out once, on a fresh connection.
        """
        deadline = Deadline(min(self._deadline_s, within_s or self._deadline_s))
        head = self._head(len(message), headers)
        kept = self._take_idle() if repeatable else None
        if kept is not None:
            try:
                return self._talk(kept, head + message, deadline)
            except ReplyLost as error:
                if error.reason != "closed":
                    raise
        return self._talk(self._connect(deadline), head + message, deadline)

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Not offered: what zeep sends by itself says nothing of whether it may be repeated."""
        raise NotImplementedError("use exchange()")

    def close(self) -> None:
        """Let go of idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, sock in idle:
            sock.close()

    def _head(self, length: int, headers: Mapping[str, str]) -> bytes:
        lines = {
            "Host": self._authority,
            "User-Agent": "ventanilla",
            "Accept": "text/xml",
            "Accept-Encoding": "identity",
            **headers,
            "Content-Length": str(length),
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"POST {self._path} HTTP/1.1\r\n{text}\r\n".encode("latin-1")

    def _connect(self, deadline: Deadline) -> socket.socket:
        try:
            within = deadline.at_most(self._connect_s)
            sock = connect(self._host, self._port, within)
        except OSError as error:
            raise NotSent("no_connection") from error
        if self._tls is None:
            return sock
        try:
            sock.settimeout(within.remaining())
            return self._tls.wrap_socket(sock, server_hostname=self._host)
        except (OSError, ValueError) as error:
            sock.close()
            raise NotSent("no_connection") from error

    def _talk(self, sock: socket.socket, request: bytes, deadline: Deadline) -> HttpReply:
        """Send and read; the connection is kept when the reply was whole and allows it."""
        reader = TimedReader(sock, deadline, MAX_HEAD_BYTES + MAX_REPLY_BYTES)
        response = http.client.HTTPResponse(_Readable(reader), method="POST")  # pyright: ignore[reportArgumentType]
        try:
            sock.settimeout(deadline.remaining())
            sock.sendall(request)
            response.begin()
            reply = _read(response)
        except BaseException as error:
            sock.close()
            if isinstance(error, (OSError, http.client.HTTPException, ValueError)):
                raise ReplyLost(_reason(error)) from error
            raise
        if response.will_close:
            sock.close()
        else:
            self._keep(sock)
        return reply

    def _keep(self, sock: socket.socket) -> None:
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append((monotonic(), sock))
                return
        sock.close()

    def _take_idle(self) -> socket.socket | None:
        """The connection used last, if it is still quiet: a readable one is closed or confused."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                since, sock = self._idle.pop()
            if monotonic() - since < MAX_IDLE_S and _is_quiet(sock):
                return sock
            sock.close()


class _Readable:
    """The part of a socket that http.client reads from."""

    def __init__(self, reader: TimedReader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, PIECE_BYTES)


def _tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_quiet(sock: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return not selector.select(0)


def _read(response: http.client.HTTPResponse) -> HttpReply:
    """The body, once status, type and length are those of an answer. Raises ReplyLost."""
    kind = response.headers.get_content_type()
    is_xml = "content-type" in response.headers and kind in XML_TYPES
    # SOAP 1.1 §6.2: a fault comes with status 500.
    if response.status != 200 and not (response.status == 500 and is_xml):
        raise ReplyLost(f"http_{response.status}")
    if not is_xml or response.headers.get("content-encoding", "identity") != "identity":
        raise ReplyLost("not_xml")
    if (response.length or 0) > MAX_REPLY_BYTES:
        raise ReplyLost("too_large")
    content = _body(response)
    if not content.strip():
        raise ReplyLost("empty")
    return HttpReply(response.status, content, response.headers.get_content_charset())


def _body(response: http.client.HTTPResponse) -> bytes:
    """All of it, in pieces: no announced length makes us reserve memory. Raises ReplyLost."""
    pieces: list[bytes] = []
    while piece := response.read(PIECE_BYTES):
        pieces.append(piece)
    if response.length:  # http.client reports a short body only to who reads it in one go
        raise ReplyLost("truncated")
    return b"".join(pieces)


def _reason(error: Any) -> str:
    """One word for what happened to the reply."""
    match error:
        case TimeoutError():
            return "timeout"
        case ReplyTooLarge():
            return "too_large"
        case http.client.RemoteDisconnected() | ConnectionError() | ssl.SSLEOFError():
            return "closed"
        case http.client.IncompleteRead():
            return "truncated"
        case _:
            return "malformed"

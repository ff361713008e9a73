"""JSON over HTTP/1.1 under one deadline a call, dripping bytes included.

A connection of its own for every call: nothing is ever sent twice behind the caller's back. No
redirect is followed, no proxy or credential is taken from the environment, nothing is logged.
"""

import http.client
import io
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from queue_server.core.wire import Deadline, ReplyTooLarge, TimedReader, connect

MAX_REPLY_BYTES = 64 * 1024
PIECE_BYTES = 16 * 1024


class ExchangeFailed(Exception):
    """No usable reply; what was asked may or may not be done. `reason`: one word, nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class JsonReply:
    """A whole reply that holds one JSON object."""

    status: int
    content: Mapping[str, Any]


class JsonHttp:
    """Questions to one address. Connecting may take `connect_s` of a call's time.

    `ca_bundle` replaces the system's authorities. For all threads. Raises ValueError for an address
    that is not http(s).
    """

    def __init__(self, url: str, ca_bundle: Path | None = None, connect_s: float = 2.0) -> None:
        target = urlsplit(url)
        if target.scheme not in ("http", "https") or not target.hostname:
            raise ValueError("the gateway's address must begin with http:// or https://")
        self._host = target.hostname
        self._port = target.port or (443 if target.scheme == "https" else 80)
        self._authority = target.netloc.rpartition("@")[2]
        self._base = target.path.rstrip("/")
        self._tls = _tls_context(ca_bundle) if target.scheme == "https" else None
        self._connect_s = connect_s

    def exchange(
        self, method: str, path: str, body: object, token: str, within_s: float
    ) -> JsonReply:
        """The reply to one request; `body` None sends none. Raises ExchangeFailed."""
        deadline = Deadline(within_s)
        content = b"" if body is None else json.dumps(body).encode()
        request = self._head(method, path, token, len(content)) + content
        sock = self._connect(deadline.at_most(self._connect_s))
        try:
            sock.settimeout(deadline.remaining())
            sock.sendall(request)
            reader = TimedReader(sock, deadline, MAX_REPLY_BYTES)
            return _read(http.client.HTTPResponse(_Readable(reader), method=method))  # pyright: ignore[reportArgumentType]
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ExchangeFailed(_reason(error)) from error
        finally:
            sock.close()

    def _connect(self, deadline: Deadline) -> socket.socket:
        try:
            sock = connect(self._host, self._port, deadline)
        except OSError as error:
            raise ExchangeFailed("no_connection") from error
        if self._tls is None:
            return sock
        try:
            sock.settimeout(deadline.remaining())
            return self._tls.wrap_socket(sock, server_hostname=self._host)
        except (OSError, ValueError) as error:
            sock.close()
            raise ExchangeFailed("no_tls") from error

    def _head(self, method: str, path: str, token: str, length: int) -> bytes:
        lines = {
            "Host": self._authority,
            "User-Agent": "ventanilla",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Content-Length": str(length),
            "Connection": "close",
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {self._base}{path} HTTP/1.1\r\n{text}\r\n".encode("latin-1")


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


def _read(response: http.client.HTTPResponse) -> JsonReply:
    """The object in a reply. Raises ExchangeFailed, and what reading raises."""
    response.begin()
    if response.headers.get_content_type() != "application/json":
        raise ExchangeFailed(f"http_{response.status}" if response.status != 200 else "not_json")
    content = response.read()
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ExchangeFailed("not_json") from error
    if not isinstance(found, dict):
        raise ExchangeFailed("not_json")
    return JsonReply(response.status, found)


def _reason(error: Exception) -> str:
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

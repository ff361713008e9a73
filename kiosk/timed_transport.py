"""An HTTP transport whose every answer ends in time, however slowly its bytes come.

Time-outs of sockets begin anew with each byte; a server (or whatever stands before it) that drips
would hold a call, and the person before the screen, for ever.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from kiosk.trust import Seen

MAX_CONNECTIONS = 20
KEPT_OPEN_S = 5.0
WITHIN = "within_s"
"""The extension of a request that grants it fewer seconds than the others."""


class _Ends(threading.local):
    """When the call of this thread must be over, in monotonic seconds."""

    at: float = float("inf")

    def left(self, timeout: float | None) -> float:
        """Seconds for the next step. Raises httpcore.ReadTimeout when none are left."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(left, timeout)


class TimedTransport(httpx.BaseTransport):
    """Raises httpx.TransportError when a call is not over after `whole_s` seconds.

    `context`: whom TLS believes; without one it believes nobody, and only http:// works. `seen`
    is shown the peer's certificate of each new connection before anything is sent over it; what it
    raises (OSError) ends the connection.
    """

    def __init__(
        self, whole_s: float, context: ssl.SSLContext | None = None, seen: Seen | None = None
    ) -> None:
        self._whole_s = whole_s
        self._ends = _Ends()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context or _believes_nobody(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEPT_OPEN_S,
            network_backend=_Network(self._ends, seen),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the time runs until its answer has been read."""
        within = request.extensions.get(WITHIN, self._whole_s)
        self._ends.at = time.monotonic() + min(within, self._whole_s)
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        asked = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()


def _believes_nobody() -> ssl.SSLContext:
    """Knows no authority: every handshake fails."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Network(httpcore.SyncBackend):
    def __init__(self, ends: _Ends, seen: Seen | None) -> None:
        self._ends = ends
        self._seen = seen

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(
            host, port, self._ends.left(timeout), local_address, socket_options
        )
        return _Stream(stream, self._ends, self._seen)


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, stream: httpcore.NetworkStream, ends: _Ends, seen: Seen | None = None
    ) -> None:
        self._stream = stream
        self._ends = ends
        self._seen = seen

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._ends.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._ends.left(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._ends.left(timeout)
        secured = _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._ends)
        if self._seen is not None:
            shown = secured.get_extra_info("ssl_object").getpeercert(True)
            try:
                self._seen(shown)
            except OSError:
                secured.close()
                raise
        return secured

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise httpx.TransportError(str(error)) from error

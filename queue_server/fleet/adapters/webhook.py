"""Webhooks: one signed POST under one deadline. No redirect is followed, no answer is read.

`X-Ventanilla-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 (RFC 2104) of `<t>.<body>` under
the key both sides hold, so that a body can be neither forged nor told again much later.
"""

import hashlib
import hmac
import http.client
import io
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from queue_server.core.wire import Deadline, TimedReader, connect

WITHIN_S = 8.0
CONNECT_S = 3.0
MAX_HEAD_BYTES = 64 * 1024


def signature(key: bytes, body: bytes, at: int) -> str:
    """The header's value for `body` sent at the unix second `at`."""
    digest = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhooks:
    """Posts to the addresses of the configuration, each with its own key (file, read each time)."""

    def __init__(
        self,
        keys: Mapping[str, Path],
        ca_file: Path | None = None,
        within_s: float = WITHIN_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._ca_file = ca_file
        self._within_s = within_s
        self._clock = clock

    def __call__(self, url: str, body: bytes, notice: str) -> str:
        """Post; "" when it was taken (2xx), else one word why not."""
        try:
            key = self._keys[url].read_bytes().strip()
        except (KeyError, OSError):
            return "its key file cannot be read"
        try:
            status = self._exchange(url, body, notice, signature(key, body, int(self._clock())))
        except TimeoutError:
            return "time-out"
        except (OSError, ValueError, http.client.HTTPException) as error:
            return f"no exchange: {type(error).__name__}"
        return "" if 200 <= status < 300 else f"HTTP {status}"

    def _exchange(self, url: str, body: bytes, notice: str, signed: str) -> int:
        target = urlsplit(url)
        secure = target.scheme == "https"
        deadline = Deadline(self._within_s)
        port = target.port or (443 if secure else 80)
        sock = connect(target.hostname or "", port, deadline.at_most(CONNECT_S))
        try:
            sock.settimeout(deadline.remaining())
            if secure:
                context = ssl.create_default_context(cafile=self._ca_file)
                sock = context.wrap_socket(sock, server_hostname=target.hostname)
            sock.settimeout(deadline.remaining())
            sock.sendall(_head(url, len(body), notice, signed) + body)
            reader = _Readable(TimedReader(sock, deadline, MAX_HEAD_BYTES))
            answer = http.client.HTTPResponse(reader)  # pyright: ignore[reportArgumentType]
            answer.begin()
            return answer.status
        finally:
            sock.close()


def _head(url: str, length: int, notice: str, signed: str) -> bytes:
    target = urlsplit(url)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    lines = {
        "Host": target.netloc.rpartition("@")[2],
        "User-Agent": "ventanilla",
        "Content-Type": "application/json",
        "Content-Length": str(length),
        "Idempotency-Key": notice,
        "X-Ventanilla-Signature": signed,
        "Connection": "close",
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{text}\r\n".encode("latin-1")


class _Readable:
    """The part of a socket that http.client reads from."""

    def __init__(self, reader: TimedReader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)

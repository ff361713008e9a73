"""The line to a server that nobody vouches for yet: nothing secret ever goes over it.

All of one pairing goes to one certificate: what answers with another gets not a byte.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx

from kiosk.timed_transport import TimedTransport
from kiosk.trust import unverified

ANSWER_S = 4.0
MAX_ANSWER_BYTES = 64 * 1024
_OTHER = "another certificate than before"


class LineDown(Exception):
    """No usable answer."""


class Declined(Exception):
    """The server will not: its stable word is `kind`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class UnverifiedLine:
    """Requests to one server whose certificate is only noted (`certificate`, DER)."""

    def __init__(self, url: str) -> None:
        self.certificate = b""
        self._http = httpx.Client(
            base_url=url,
            transport=TimedTransport(ANSWER_S, unverified(), self._note),
            trust_env=False,
            follow_redirects=False,
        )

    def post(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        """Raises LineDown, Declined."""
        return self._send("POST", path, body)

    def get(self, path: str) -> Mapping[str, Any]:
        """Raises LineDown, Declined."""
        return self._send("GET", path, None)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _note(self, certificate: bytes) -> None:
        self.certificate = self.certificate or certificate
        if hashlib.sha256(certificate).digest() != hashlib.sha256(self.certificate).digest():
            raise ConnectionAbortedError(_OTHER)

    def _send(self, method: str, path: str, body: Mapping[str, str] | None) -> Mapping[str, Any]:
        try:
            with self._http.stream(method, path, json=body) as response:
                content = bytearray()
                for part in response.iter_bytes():
                    content += part
                    if len(content) > MAX_ANSWER_BYTES:
                        raise LineDown("an answer too long")
            read = json.loads(content)
        except (httpx.HTTPError, ValueError) as error:
            raise LineDown(type(error).__name__) from error
        if not isinstance(read, dict):
            raise LineDown("not an answer of ours")
        if not response.is_success:
            raise Declined(str(read.get("title", "")))
        return read

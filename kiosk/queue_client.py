"""HTTP client of the queue server: every call has a deadline and a closed set of answers."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from kiosk.timed_transport import WITHIN, TimedTransport
from kiosk.trust import pinned, refuse_unsafe

CONNECT_S = 2.0
# A whole answer, however slowly it drips.
ANSWER_S = 10.0
MAX_ANSWER_BYTES = 8 * 1024 * 1024
RETRY_PAUSE_S = 0.3
# The word of a server that took a request, and has deleted what it answered (after 48 h).
REPLY_EXPIRED = "reply_expired"
# The word of a server that revoked this kiosk's credential, or never gave it one.
UNKNOWN_DEVICE = "unknown_device"
# The title of a problem that came from no route of the server.
_NO_SUCH_ROUTE = "http"


@dataclass(frozen=True)
class Granted:
    """The server did it; `body` is its JSON."""

    body: Any


@dataclass(frozen=True)
class Refused:
    """The server will not do it. `kind` is its stable word, `words` its sentence for a person.

    `more`: the whole answer, further members included.
    """

    status: int
    kind: str
    words: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Away:
    """No answer within the deadline: the server may or may not have done it."""

    reason: str


Answer = Granted | Refused | Away


class QueueClient:
    """Talks to one queue server as one kiosk. Safe to use from several threads.

    Without a `url` it has not been paired yet: every call is Away until `talk_to`. `authority`: the
    PEM that pairing pinned; its credential is shown to nobody whom that did not sign. Raises
    UnsafeServer for an address where it could be overheard.
    """

    def __init__(
        self,
        url: str = "",
        token: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        *,
        authority: str | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._lines: list[httpx.Client] = []
        self._answered_at = monotonic()
        self.turned_away = False
        if url:
            self.talk_to(url, token, authority)

    @property
    def has_server(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._lines)

    @property
    def silent_s(self) -> float:
        """Seconds since the server last answered."""
        return self._monotonic() - self._answered_at

    def talk_to(self, url: str, token: str, authority: str | None = None) -> None:
        """From now on ask this server, with this credential. Raises UnsafeServer."""
        refuse_unsafe(url, authority)
        line = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            transport=TimedTransport(ANSWER_S, pinned(authority) if authority else None),
            trust_env=False,
            follow_redirects=False,
        )
        # Calls under way end on the line they began on; it is closed with the next change.
        self._lines.append(line)
        for old in self._lines[:-2]:
            old.close()
        self._lines = self._lines[-2:]
        self.turned_away = False

    def offer(self) -> Answer:
        """What the site offers now."""
        return self._send("GET", "/api/v1/offer")

    def heartbeat(self, body: dict[str, Any], within_s: float = ANSWER_S) -> Answer:
        """Tell the server how this kiosk and its devices are; one try of at most `within_s`."""
        return self._send("POST", "/api/v1/heartbeat", body, within_s=within_s)

    def put(
        self,
        path: str,
        body: dict[str, Any] | None,
        key: UUID,
        deadline_s: float,
        *,
        strict: bool = False,
    ) -> Answer:
        """POST under an idempotency key, repeated with the same key until `deadline_s` is over.

        The last try may end later, unless it is `strict`: then none outlasts the deadline.
        """
        ends = self._monotonic() + deadline_s
        while True:
            left = max(0.0, ends - self._monotonic()) if strict else ANSWER_S
            answer = self._send("POST", path, body, key, left)
            busy = isinstance(answer, Refused) and answer.status == 503
            if not (isinstance(answer, Away) or busy) or self._monotonic() >= ends:
                return answer
            time.sleep(RETRY_PAUSE_S)

    def get(self, path: str) -> Answer:
        """Read one resource."""
        return self._send("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Tell the server something once, without a key."""
        return self._send("POST", path, body)

    def close(self) -> None:
        """Let go of the connections."""
        for line in self._lines:
            line.close()

    def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        key: UUID | None = None,
        within_s: float = ANSWER_S,
    ) -> Answer:
        headers, ends = {"Idempotency-Key": str(key)} if key else {}, {WITHIN: within_s}
        if not self._lines:
            return Away("not paired with a server yet")
        try:
            with self._lines[-1].stream(
                method, path, json=body, headers=headers, extensions=ends
            ) as response:
                content = _whole(response)
        except (httpx.HTTPError, _NotWholeError) as error:
            return Away(type(error).__name__)
        answer = _read(response, content)
        if not isinstance(answer, Away):
            self._answered_at = self._monotonic()
        if isinstance(answer, Granted) or _is_unknown(answer):
            self.turned_away = _is_unknown(answer)
        return answer


class _NotWholeError(Exception):
    """The answer is too long."""


def _is_unknown(answer: Answer) -> bool:
    """Whether the server says that it knows no such kiosk (any more)."""
    return isinstance(answer, Refused) and answer.status == 401 and answer.kind == UNKNOWN_DEVICE


def _whole(response: httpx.Response) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            raise _NotWholeError
    return bytes(content)


def _read(response: httpx.Response, content: bytes) -> Answer:
    """What an answer says. One that is not the server's own word (of a proxy while the server is
    being updated, of a captive portal) says nothing: it is as good as none."""
    try:
        if response.is_success:
            return Granted(json.loads(content) if content else None)
        body = json.loads(content)
        if body["title"] == _NO_SUCH_ROUTE:
            return Away("a server without this route: older or newer than this kiosk")
        return Refused(response.status_code, body["title"], body["detail"], body)
    except (ValueError, KeyError, TypeError):
        return Away(f"HTTP {response.status_code} of somebody else")

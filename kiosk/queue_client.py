"""HTTP client of the queue server: every call has a deadline and a closed set of answers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

CONNECT_S = 2.0
READ_S = 10.0
RETRY_PAUSE_S = 0.3
# The word of a server that took a request, and has deleted what it answered (after 48 h).
REPLY_EXPIRED = "reply_expired"


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
    """Talks to one queue server as one kiosk. Safe to use from several threads."""

    def __init__(
        self, url: str, token: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            trust_env=False,
            follow_redirects=False,
        )

    def offer(self) -> Answer:
        """What the site offers now."""
        return self._send("GET", "/api/v1/offer")

    def heartbeat(self, body: dict[str, Any]) -> Answer:
        """Tell the server how this kiosk and its devices are."""
        return self._send("POST", "/api/v1/heartbeat", body)

    def put(self, path: str, body: dict[str, Any] | None, key: UUID, deadline_s: float) -> Answer:
        """POST under an idempotency key, repeated with the same key until `deadline_s` is over."""
        ends = self._monotonic() + deadline_s
        while True:
            answer = self._send("POST", path, body, key)
            busy = isinstance(answer, Refused) and answer.status == 503
            if not (isinstance(answer, Away) or busy) or self._monotonic() >= ends:
                return answer
            time.sleep(RETRY_PAUSE_S)

    def get(self, path: str) -> Answer:
        """Read one resource."""
        return self._send("GET", path)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: UUID | None = None
    ) -> Answer:
        headers = {"Idempotency-Key": str(key)} if key else {}
        try:
            response = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            return Away(type(error).__name__)
        if response.is_success:
            return Granted(response.json() if response.content else None)
        return _refusal(response)


def _refusal(response: httpx.Response) -> Refused:
    try:
        problem = response.json()
        return Refused(response.status_code, problem["title"], problem["detail"], problem)
    except (ValueError, KeyError, TypeError):
        return Refused(response.status_code, "http", "")

"""The last lines of a kiosk's log for whoever looks at it from afar, with nothing of a person.

Only words that the program wrote itself are taken over: what happened, and values of the few keys
named here, which hold names of devices, states and numbers of the program's own. What looks like a
document number, a card, a telephone or an address is masked even there.
"""

import re
import threading
from collections import deque
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

KEPT = 20
LONGEST = 120
KEYS = ("device", "model", "state", "answer", "watch", "kind", "performer", "reason", "why", "lane")
_LEVELS = {"warning": "!", "error": "!!", "critical": "!!", "exception": "!!"}
_LONG_NUMBER = re.compile(r"\d[\d \-.]{4,}\d")
_ADDRESS = re.compile(r"\S+@\S+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def redacted(text: str) -> str:
    """`text` without what might be of a person: numbers of six digits and more, e-mail addresses,
    whatever stands in quotes."""
    masked = _QUOTED.sub("'…'", text)
    return _LONG_NUMBER.sub("…", _ADDRESS.sub("…", masked))


class Notes:
    """A structlog processor that remembers the last lines. Safe from any thread."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def __call__(
        self,
        logger: object,  # noqa: ARG002 - structlog's signature
        method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        """Remember one line; it goes on as it was."""
        line = written(datetime.now(UTC), method, event)
        with self._lock:
            self._lines.append(line)
        return event

    def lines(self) -> tuple[str, ...]:
        """What is remembered, oldest first."""
        with self._lock:
            return tuple(self._lines)


def written(at: datetime, method: str, event: Mapping[str, Any]) -> str:
    """One line: when (UTC), how grave, what, and the values of `KEYS`."""
    words = [f"{key}={event[key]}" for key in KEYS if key in event]
    told = redacted(" ".join([str(event.get("event", "")), *words]))
    grave = _LEVELS.get(method, "·")
    line = f"{at:%H:%M:%S} {grave} {told}"
    return "".join(each if each.isprintable() else " " for each in line)[:LONGEST]

"""The newest events of one site, read once and encoded once for everybody who listens."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from queue_server.core.json_text import json_text

KEPT = 2000


@dataclass(frozen=True)
class FeedEvent:
    """One event as listeners get it."""

    id: int
    kind: str
    body: dict[str, Any]

    @cached_property
    def encoded(self) -> bytes:
        """The event in the text/event-stream form."""
        return f"id: {self.id}\nevent: {self.kind}\ndata: {json_text(self.body)}\n\n".encode()


class Ring:
    """At most `kept` events with ids in (`floor`, `last`], without a gap.

    Who is below `floor` must read the log itself.
    """

    def __init__(self, floor: int, events: Iterable[FeedEvent] = (), kept: int = KEPT) -> None:
        self.floor = floor
        self.last = floor
        self._kept = kept
        self._ids: list[int] = []
        self._events: list[FeedEvent] = []
        self.extend(events)

    def extend(self, events: Iterable[FeedEvent]) -> bool:
        """Append what is newer than `last`, read from the log in order; True when anything was."""
        before = self.last
        for event in events:
            if event.id > self.last:
                self._ids.append(event.id)
                self._events.append(event)
                self.last = event.id
        if len(self._ids) > 2 * self._kept:  # trimmed seldom, so that it costs nothing
            self._trim()
        return self.last > before

    def offer(self, event: FeedEvent) -> bool:
        """Append `event` if it is the very next one; False leaves it to a read of the log.

        The ids of a site have no gap, so nothing can be missing between `last` and the next.
        """
        return event.id == self.last + 1 and self.extend((event,))

    def after(self, mark: int) -> Sequence[FeedEvent] | None:
        """The events above `mark`; None when some of them are no longer kept."""
        if mark < self.floor:
            return None
        return self._events[bisect_right(self._ids, mark) :]

    def _trim(self) -> None:
        gone = len(self._ids) - self._kept
        self.floor = self._ids[gone - 1]
        del self._ids[:gone], self._events[:gone]

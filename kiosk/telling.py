"""Tells the server what it must still hear, in order, each piece until it is acknowledged."""

import structlog

from kiosk.journal import Journal
from kiosk.queue_client import Away, Granted, QueueClient, Refused

TELL_EVERY_S = 1.0
DEADLINE_S = 5.0
# Answers that say nothing about the news itself: try again.
_NOT_NOW = (401, 403, 429, 500, 502, 503, 504)

log = structlog.get_logger("telling")


class Telling:
    """Sends the journal's outgoing news. One thread at a time."""

    def __init__(self, journal: Journal, client: QueueClient) -> None:
        self._outgoing = journal.outgoing
        self._client = client

    def look(self) -> None:
        """Send what waits; stop at the first that finds no server."""
        for news in self._outgoing.waiting():
            answer = self._client.put(news.path, dict(news.body), news.id, DEADLINE_S)
            match answer:
                case Granted() | Refused(_, "reply_expired"):
                    self._outgoing.acknowledged(news.id)
                case Refused(status, kind, _) if status not in _NOT_NOW:
                    log.error("the server will not take this news", path=news.path, answer=kind)
                    self._outgoing.refused(news.id, kind)
                case Refused() | Away():
                    return

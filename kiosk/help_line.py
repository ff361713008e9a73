"""This kiosk's call for a person: told to the server, and asked about until somebody comes."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog

from kiosk.flow.events import Event, HelpHeard
from kiosk.flow.facts import HelpState
from kiosk.queue_client import Granted, QueueClient

HELP_EVERY_S = 1.0
CALL_DEADLINE_S = 5.0
PATH = "/api/v1/help"
_STANDS = {
    "none": HelpState.NOT_CALLED,
    "open": HelpState.CALLED,
    "acknowledged": HelpState.COMING,
}

log = structlog.get_logger("help")


class HelpLine:
    """Raises this kiosk's call and follows it. The server keeps one open call a kiosk.

    A kiosk that was switched off with a call open asks once when it is back.
    """

    def __init__(
        self,
        client: QueueClient,
        standing: Callable[[], HelpState],
        post: Callable[[Event], None],
    ) -> None:
        self._client = client
        self._standing = standing
        self._post = post
        self._asked_once = False
        # What was asked before a call was told of is older news than the call, and is dropped.
        self._told = 0
        self._telling = threading.Lock()

    def call(self) -> None:
        """Ask for a person, within `CALL_DEADLINE_S`; posts how that went."""
        body = {"reason": "ayuda"}
        answer = self._client.put(PATH, body, uuid4(), CALL_DEADLINE_S, strict=True)
        if isinstance(answer, Granted):
            heard = HelpState.CALLED
        else:
            log.warning("nobody could be told", answer=type(answer).__name__)
            heard = HelpState.NO_ANSWER
        with self._telling:
            self._told += 1
            self._post(HelpHeard(heard))

    def look(self) -> None:
        """Ask how the call stands, while there is one."""
        follows = self._standing() in (HelpState.CALLED, HelpState.COMING)
        if self._asked_once and not follows:
            return
        told = self._told
        answer = self._client.get(PATH)
        with self._telling:
            if isinstance(answer, Granted) and told == self._told:
                self._asked_once = True
                self._hear(answer.body)

    def _hear(self, body: Any) -> None:
        heard = _STANDS.get(body["state"])
        if heard is not None and heard is not self._standing():
            self._post(HelpHeard(heard))

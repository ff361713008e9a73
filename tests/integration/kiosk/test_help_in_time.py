"""A server that takes connections and never answers: whoever calls for help is told in time."""

import socket
import threading
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from kiosk.flow.events import Event, HelpHeard
from kiosk.flow.facts import HelpState
from kiosk.help_line import CALL_DEADLINE_S, HelpLine
from kiosk.queue_client import Answer, Granted, QueueClient

PROMPT_S = 0.5


@pytest.fixture
def hanging() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        server.settimeout(10)
        yield server


def called_while_looking(hanging: socket.socket) -> tuple[float, list[Event]]:
    """Seconds until the person knew, and what was posted by then."""
    told: list[Event] = []
    address = f"http://127.0.0.1:{hanging.getsockname()[1]}"
    line = HelpLine(QueueClient(address, "x"), lambda: HelpState.CALLED, told.append)
    threading.Thread(target=line.look, daemon=True).start()
    asked, _ = hanging.accept()  # the look is under way, and stays so
    with asked:
        begun = time.monotonic()
        line.call()
        return time.monotonic() - begun, told


def test_who_calls_is_told_within_the_deadline(hanging: socket.socket) -> None:
    with patch("kiosk.help_line.CALL_DEADLINE_S", PROMPT_S):
        took, told = called_while_looking(hanging)
    assert took < PROMPT_S + 5.0
    assert told == [HelpHeard(HelpState.NO_ANSWER)]
    assert CALL_DEADLINE_S == 5.0


@pytest.mark.negative_control
def test_a_send_that_outlasts_the_deadline_is_caught(hanging: socket.socket) -> None:
    with (
        patch("kiosk.help_line.CALL_DEADLINE_S", PROMPT_S),
        patch("kiosk.queue_client.WITHIN", "nothing reads this"),
        patch("kiosk.queue_client.ANSWER_S", 3.0),
    ):
        took, _ = called_while_looking(hanging)
    assert took > PROMPT_S + 1.0


class Scripted:
    """A server whose answer to a look comes after a call was told of."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.looked = threading.Event()

    def get(self, _path: str) -> Answer:
        self.looked.set()
        self.called.wait(5)
        return Granted({"state": "none"})

    def put(self, *_what: object, **_how: object) -> Answer:
        return Granted(None)


def test_what_was_asked_before_the_call_does_not_take_it_back() -> None:
    told: list[Event] = []
    server = Scripted()
    line = HelpLine(server, lambda: HelpState.CALLED, told.append)  # pyright: ignore[reportArgumentType]
    look = threading.Thread(target=line.look)
    look.start()
    assert server.looked.wait(5)
    line.call()
    server.called.set()
    look.join(5)
    assert told == [HelpHeard(HelpState.CALLED)]

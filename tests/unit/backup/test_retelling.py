"""A kiosk asks a server once after it was away, and goes on whatever it answers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from kiosk.flow.events import ServerLost, ServerSeen
from kiosk.journal import Journal
from kiosk.queue_client import Answer, Away, Granted, QueueClient, Refused
from kiosk.retelling import ASK_EVERY_S, Retelling
from kiosk.staff.kept import KeptFile

SEEN = ServerSeen("Módulo", (), backend=True, fee_centimos=0, public_address=False)
RESTORED = Granted({"event": 1_000_001, "made_at": "2026-11-21T17:00:00+00:00"})


class Server(QueueClient):
    """Answers what it was told to, and counts."""

    def __init__(self, newest: Answer, taken: Answer | None = None) -> None:
        super().__init__()
        self.newest, self.taken = newest, taken or Granted({})
        self.asked, self.told = 0, 0

    def get(self, path: str) -> Answer:
        self.asked += 1
        return self.newest

    def put(self, *_: Any, **__: Any) -> Answer:
        self.told += 1
        return self.taken


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "journal.db", Fernet.generate_key())) as made:
        yield made


class Kiosk:
    def __init__(self, journal: Journal, server: Server, folder: Path) -> None:
        self.now = 0.0
        self.retelling = Retelling(
            journal, server, KeptFile(folder / "restoration.json"), lambda: self.now
        )

    def looks(self, times: int) -> None:
        for _ in range(times):
            self.retelling.look()


def test_a_server_is_asked_at_the_start_when_it_comes_back_and_now_and_then(
    journal: Journal, tmp_path: Path
) -> None:
    server = Server(Granted({"event": 0, "made_at": None}))
    kiosk = Kiosk(journal, server, tmp_path)
    heard: list[object] = []
    post = kiosk.retelling.before(heard.append)
    kiosk.looks(3)
    assert server.asked == 1
    post(ServerLost(turned_away=False))
    kiosk.looks(3)
    assert server.asked == 1
    post(SEEN)
    kiosk.looks(3)
    assert server.asked == 2
    kiosk.now += ASK_EVERY_S
    kiosk.looks(3)
    assert server.asked == 3
    assert len(heard) == 2, "who watches is told as before"


def test_each_restore_is_told_of_once_also_after_a_restart(
    journal: Journal, tmp_path: Path
) -> None:
    server = Server(RESTORED)
    Kiosk(journal, server, tmp_path).looks(3)
    Kiosk(journal, server, tmp_path).looks(3)
    assert server.told == 1


@pytest.mark.parametrize("answer", [Away("cut"), Refused(503, "busy", "")])
def test_what_was_not_taken_is_told_again(journal: Journal, tmp_path: Path, answer: Answer) -> None:
    server = Server(RESTORED, answer)
    kiosk = Kiosk(journal, server, tmp_path)
    kiosk.looks(3)
    assert server.told == 3
    server.taken = Granted({})
    kiosk.looks(3)
    assert server.told == 4


def test_what_will_never_be_taken_ends_nothing_else(journal: Journal, tmp_path: Path) -> None:
    server = Server(RESTORED, Refused(422, "invalid", ""))
    Kiosk(journal, server, tmp_path).looks(3)
    assert server.told == 1


def test_a_server_of_before_is_left_in_peace(journal: Journal, tmp_path: Path) -> None:
    server = Server(Refused(404, "http", ""))
    Kiosk(journal, server, tmp_path).looks(3)
    assert server.asked == 1

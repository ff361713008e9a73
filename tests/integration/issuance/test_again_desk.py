"""The kiosk's requests that cost nothing, over a line that may lose the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from kiosk.flow.effects import ChangeEmail, SendAgain
from kiosk.flow.events import ApplicantRefused, EmailChanged, Event, NothingToSend, SentAgain
from kiosk.flow.facts import NotPossible, Outcome
from kiosk.flow.person import Document
from kiosk.journal import Journal
from kiosk.performers.again import AgainDesk
from kiosk.performers.correction import CorrectionDesk
from kiosk.queue_client import Answer, QueueClient
from queue_server.core.tables import events
from tests.support import issuing
from tests.support.centre import extra_number
from tests.support.cut_line import CutLine
from tests.support.site import free_port

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

PATH = "/api/v1/applications/again"
CARMEN = Document("01", "10117479", date(1969, 2, 28), "PRUEBA", "CARMEN JULIA")
NOBODY = replace(CARMEN, number=extra_number(12), birth_date=date(1985, 7, 28))


@dataclass
class Kiosk:
    """What the desk needs, and its line to the server."""

    journal: Journal
    line: CutLine
    token: str

    def ask(
        self, document: Document, client: type[QueueClient] = QueueClient, url: str = ""
    ) -> Event:
        """Have it sent by its link alone; what the flow is told."""
        effect = SendAgain(uuid4(), uuid4(), uuid4(), document, None)
        calling = client(url or self.line.url, self.token)
        try:
            return AgainDesk(calling, self.journal, "K07").perform(effect).event
        finally:
            calling.close()


@pytest.fixture(scope="module")
def kiosk(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    journal = Journal(tmp_path_factory.mktemp("desk") / "journal.db", Fernet.generate_key())
    with CutLine(world.site.port) as line:
        yield Kiosk(journal, line, world.site.command("add-kiosk", "K07"))
    journal.close()


def times(world: "World", kind: str) -> int:
    """How often `kind` happened at the site."""
    happened = select(func.count()).where(events.c.kind == kind)
    database = world.site.database()
    try:
        return database.read(lambda uow: uow.connection.execute(happened).scalar_one())
    finally:
        database.close()


def check_sent_once(world: "World", kiosk: Kiosk, client: type[QueueClient]) -> None:
    """Lose the first answer; raises AssertionError unless the request was made exactly once."""
    before, lost = times(world, "application.sent_again"), kiosk.line.lost
    kiosk.line.lose_reply_to(PATH)
    event = kiosk.ask(CARMEN, client)
    assert kiosk.line.lost == lost + 1
    assert times(world, "application.sent_again") == before + 1
    assert isinstance(event, SentAgain), event
    assert event.outcome is Outcome.ISSUED
    assert (event.order.free, event.link is not None) == (True, True)


def test_a_lost_answer_is_asked_for_again_under_the_same_key(world: "World", kiosk: Kiosk) -> None:
    check_sent_once(world, kiosk, QueueClient)


@pytest.mark.negative_control
def test_a_kiosk_that_mints_a_key_for_every_try_is_caught(world: "World", kiosk: Kiosk) -> None:
    class Forgetful(QueueClient):
        """Takes another key each time."""

        def put(
            self,
            path: str,
            body: dict[str, Any] | None,
            key: UUID,
            deadline_s: float,
            *,
            strict: bool = False,
        ) -> Answer:
            super().put(path, body, key, 0.0, strict=strict)
            return super().put(path, body, uuid4(), deadline_s, strict=strict)

    with pytest.raises(AssertionError):
        check_sent_once(world, kiosk, Forgetful)


def test_who_has_none_in_force_may_ask_for_a_new_one(kiosk: Kiosk) -> None:
    assert isinstance(kiosk.ask(NOBODY), NothingToSend)


def test_without_a_server_the_question_ends_and_says_so(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.again.SEND_DEADLINE_S", 0.1)
    event = kiosk.ask(CARMEN, url=f"http://127.0.0.1:{free_port()}")
    assert isinstance(event, ApplicantRefused)
    assert event.reason is NotPossible.SERVER_AWAY
    assert kiosk.journal.orders.unsettled() == []


def test_what_is_not_there_in_time_follows(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.performers.delivery.OUTCOME_DEADLINE_S", 0.0)
    event = kiosk.ask(CARMEN)
    assert isinstance(event, SentAgain)
    assert (event.outcome, event.link) == (Outcome.PENDING, None)


def test_a_correction_whose_answer_is_lost_counts_once(world: "World", kiosk: Kiosk) -> None:
    number = world.desk.register(issuing.extra(12), "mal@example.com").json()["number"]
    before = times(world, "application.email_corrected")
    kiosk.line.lose_reply_to("/api/v1/applications/correct-email")
    calling = QueueClient(kiosk.line.url, kiosk.token)
    change = ChangeEmail(uuid4(), uuid4(), NOBODY, number, "bien@example.com")
    assert CorrectionDesk(calling).perform(change).event == EmailChanged(change.effect_id)
    calling.close()
    assert times(world, "application.email_corrected") == before + 1

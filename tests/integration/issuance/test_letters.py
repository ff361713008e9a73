"""Letters on their way: what a retry is, what is not sent any more, and when one is given up."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from queue_server.core.mail import Mail, Mailer
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState, LetterKind
from queue_server.issuance.services import applications, delivery, letters, mailing
from queue_server.issuance.services.mailing import MailErrands
from queue_server.issuance.services.relay import Relay
from queue_server.issuance.services.vouchers import settled
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.model.vouchers import NotVisible
from tests.integration.issuance_adapters.raw_server import Connection, RawServer
from tests.support.office import KIOSK, NOON, Office
from tests.support.site import Site, free_port

TO = "alguien@example.com"


@pytest.fixture(autouse=True)
def healthy() -> None:
    """Nothing here needs the centre."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(Site(tmp_path / "site"))
    yield office
    office.close()


class Post:
    """A mail server that plays along, and the relay that talks to it."""

    def __init__(self, office: Office, *answers: bytes) -> None:
        """`answers`: to each message in turn, the last one for all that follow; b"" cuts."""
        self.taken: list[str] = []
        self._answers = list(answers)
        self.server = RawServer(self._play)
        self._mailer = Mailer("127.0.0.1", self.server.port, "no-responder@prueba.example")
        errands = MailErrands(office.database, self._mailer, "https://turnos.example.pe/")
        self.relay = Relay(office.database, errands.carriers(), serves=lambda: True)

    def __enter__(self) -> "Post":
        self.server.__enter__()
        return self

    def __exit__(self, *words: object) -> None:
        self.server.__exit__(*words)

    def ids(self) -> list[str]:
        """The Message-ID of everything that came, whatever was answered."""
        heads = [line for text in self.taken for line in text.splitlines()]
        return [line for line in heads if line.lower().startswith("message-id:")]

    def _play(self, connection: Connection) -> None:
        connection.send(b"220 prueba\r\n")
        for _ in ("EHLO", "MAIL", "RCPT"):
            connection.line()
            connection.send(b"250 OK\r\n")
        connection.line()
        connection.send(b"354 go on\r\n")
        lines: list[bytes] = []
        while (line := connection.line()) not in (b".\r\n", b""):
            lines.append(line)
        self.taken.append(b"".join(lines).decode())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer:
            connection.send(answer)
            connection.line()


def owed(office: Office, kind: LetterKind = LetterKind.REFUSED) -> tuple[UUID, str]:
    """An application that owes a letter: their ids."""
    application = office.register(TO)

    def owe(uow: UnitOfWork) -> str:
        row = applications.find(uow, "PRUEBA", str(application))
        letters.owe(uow, row, kind)
        letter = letters.newest(uow, row.id, kind)
        assert letter is not None
        return letter.id

    return application, office.database.run(owe)


def letter_state(office: Office, letter: str) -> tuple[str, int | None]:
    row = office.database.read(lambda uow: letters.find(uow, letter))
    return row.state, row.code


def retried(office: Office) -> list[str]:
    """The Message-IDs of a letter whose first delivery was cut after all its data."""
    _, letter = owed(office)
    with Post(office, b"", b"250 taken\r\n") as post:
        assert post.relay.turn()
        assert letter_state(office, letter) == ("waiting", None)
        office.clock.pass_by(seconds=5)
        assert post.relay.turn()
    assert letter_state(office, letter) == ("sent", None)
    return post.ids()


def test_a_letter_that_may_have_arrived_is_sent_again_as_the_same(office: Office) -> None:
    ids = retried(office)
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.negative_control
def test_with_an_id_for_each_try_it_would_be_two_letters(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = iter(range(10))
    compose = mailing.compose

    def anew(kind: LetterKind, _: str, to: str, facts: mailing.Facts) -> Mail:
        return compose(kind, f"<{next(tries)}@prueba.example>", to, facts)

    monkeypatch.setattr(mailing, "compose", anew)
    assert len(set(retried(office))) == 2


def test_an_address_nobody_has_is_final_and_to_be_seen(office: Office) -> None:
    _, letter = owed(office)
    with Post(office, b"550 no such user\r\n") as post:
        assert post.relay.turn()
        assert letter_state(office, letter) == ("failed", 550)
        assert office.waiting(letter).state == "done"


def test_a_letter_withdrawn_meanwhile_is_not_sent(office: Office) -> None:
    _, letter = owed(office)
    office.database.run(lambda uow: letters.settled(uow, letter, letters.LetterState.WITHDRAWN))
    with Post(office, b"250 taken\r\n") as post:
        assert post.relay.turn()
    assert post.taken == []
    assert office.waiting(letter).state == "done"


def test_news_that_came_late_is_not_sent(office: Office) -> None:
    application = office.register(TO)
    voucher = office.present(application, "900")
    errand = office.errand(voucher)
    office.database.run(lambda uow: settled(uow, errand, NotVisible()))
    office.pay_by_card(application)
    office.errand(str(application))  # the centre's, and not for this relay
    with Post(office, b"250 taken\r\n") as post:
        assert post.relay.turn()
    assert post.taken == []
    states = select(tables.letters.c.state).where(tables.letters.c.application == str(application))
    assert [row.state for row in office.rows(states)] == ["withdrawn"]
    assert office.standing(application) is PaymentStanding.CARD


def test_of_a_certificate_whose_time_is_over_nothing_is_sent(office: Office) -> None:
    application = office.register(TO)

    def issued(uow: UnitOfWork) -> str:
        row = applications.find(uow, "PRUEBA", str(application))
        for state in (ApplicationState.ACCEPTED, ApplicationState.ISSUED):
            applications.move(uow, KIOSK, row, state)
            row = applications.find(uow, "PRUEBA", str(application))
        delivery.store(uow, row, b"%PDF-", "0" * 64, "firma", 1)
        letters.owe(uow, row, LetterKind.CERTIFICATE)
        forgotten = update(tables.certificates).where(tables.certificates.c.application == row.id)
        uow.connection.execute(forgotten.values(pdf=None, link=None, forgotten_at=uow.now))
        letter = letters.newest(uow, row.id, LetterKind.CERTIFICATE)
        assert letter is not None
        return letter.id

    letter = office.database.run(issued)
    with Post(office, b"250 taken\r\n") as post:
        assert post.relay.turn()
    assert post.taken == []
    assert letter_state(office, letter) == ("withdrawn", None)


@pytest.mark.parametrize("server", ["none", "away"])
def test_without_a_mail_server_a_letter_waits_quietly_and_is_given_up(
    office: Office, server: str
) -> None:
    _, letter = owed(office)
    mailer = Mailer("127.0.0.1", free_port(), "a@prueba.example") if server == "away" else None
    errands = MailErrands(office.database, mailer)
    relay = Relay(office.database, errands.carriers(), serves=lambda: True)
    for hours in (0, 1, 119):
        office.clock.at = NOON + timedelta(hours=hours)
        assert relay.turn()
        assert not relay.turn(), "one try, and then it waits"
    assert letter_state(office, letter)[0] == "waiting"
    while letter_state(office, letter)[0] == "waiting":
        office.clock.at = office.waiting(letter).not_before
        assert relay.turn()
    assert letter_state(office, letter)[0] == "failed"
    assert timedelta(days=5) < office.clock.at - NOON < timedelta(days=5, hours=1)

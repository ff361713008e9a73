"""A review by people: the person is told when it begins and how it ends, and never why."""

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import select

from queue_server.payments import tables
from tests.support import issuing
from tests.support.centre import eventually
from tests.support.issuing import hurry

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.integration.issuance.conftest import World

# Nothing of these may stand in a letter, whatever the centre decided.
TELLING = re.compile(r"antecedente|registra\b|homónim|homonim|PRUEBA|10117436|penal|deli", re.I)


def in_review(world: "World", address: str) -> str:
    """An application that people look at; its letter has arrived."""
    application = world.desk.apply(issuing.HOMONYM, address)
    world.desk.until(application, "under_review")
    eventually(lambda: letters_to(world, address))
    return application


def letters_to(world: "World", address: str) -> list["EmailMessage"]:
    return [each for each in world.mailbox.messages() if each["To"] == address]


def words_of(letter: "EmailMessage") -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return f"{letter['Subject']}\n{part.get_content()}"


def decided(world: "World", application: str, *, issue: bool) -> None:
    world.centre.order(decide=application, issue=issue)
    hurry(world.site, application)
    world.desk.until(application, "issued" if issue else "refused")


def test_the_person_may_leave_and_is_written_to_when_it_is_decided(world: "World") -> None:
    address = f"{uuid4().hex[:8]}@example.com"
    application = in_review(world, address)
    number = world.desk.state(application)["number"]
    (first,) = letters_to(world, address)
    assert "en revisión" in words_of(first)
    assert f"https://turnos.example.pe/s?n={number}" in words_of(first)
    assert "No necesita volver" in words_of(first)
    decided(world, application, issue=True)
    eventually(lambda: len(letters_to(world, address)) == 2)
    last = letters_to(world, address)[-1]
    assert str(last["Subject"]).startswith("Su certificado")
    assert [part.get_content_type() for part in last.iter_attachments()] == ["application/pdf"]


def test_a_refusal_after_review_says_where_to_go_and_keeps_the_proof_of_payment(
    world: "World",
) -> None:
    address = f"{uuid4().hex[:8]}@example.com"
    application = in_review(world, address)
    decided(world, application, issue=False)
    eventually(lambda: len(letters_to(world, address)) == 2)
    last = letters_to(world, address)[-1]
    assert "ventanilla" in words_of(last)
    assert list(last.iter_attachments()) == []
    body = world.desk.state(application)
    assert (body["refusal"], body["payment"]) == ("not_accepted", "card")
    database = world.site.database()
    paid = select(tables.payments.c.amount_centimos).where(
        tables.payments.c.application == application
    )
    assert database.read(lambda uow: uow.connection.execute(paid).scalar_one()) == issuing.FEE
    database.close()


def test_no_letter_of_a_review_tells_more_than_its_state(world: "World") -> None:
    told: dict[bool, list[str]] = {}
    for issue in (True, False):
        address = f"{uuid4().hex[:8]}@example.com"
        application = in_review(world, address)
        number = world.desk.state(application)["number"]
        decided(world, application, issue=issue)
        eventually(lambda a=address: len(letters_to(world, a)) == 2)
        told[issue] = [words_of(each).replace(number, "#") for each in letters_to(world, address)]
    assert told[True][0] == told[False][0], "the first letter knows nothing of the end"
    for words in (*told[True], *told[False]):
        assert not TELLING.search(words)


@pytest.mark.negative_control
def test_a_letter_that_gives_a_reason_away_is_caught() -> None:
    assert TELLING.search("Hay un homónimo suyo en el registro.")
    assert TELLING.search("La persona registra antecedentes.")

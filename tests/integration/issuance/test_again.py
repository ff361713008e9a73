"""Whoever has a certificate in force gets it once more, for nothing; nobody else does."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from devices.documents.dni import check_characters
from queue_server.core.problem import Problem
from queue_server.issuance.api.bodies import ApplicantBody
from queue_server.issuance.model import (
    Found,
    Holder,
    Instead,
    NotSellable,
    instead_of,
)
from queue_server.issuance.services import again, identification
from tests.support import issuing
from tests.support.centre import EXTRA_BIRTH, EXTRA_ISSUED, HOLDERS, eventually

if TYPE_CHECKING:
    import httpx

    from tests.integration.issuance.conftest import World


def ask_again(
    world: "World", document: dict[str, Any], email: str | None = None
) -> "httpx.Response":
    body = {
        "id": str(uuid4()),
        "number": world.desk.next_number(),
        "document": document,
        "email": email,
    }
    return world.desk.post("/api/v1/applications/again", body)


def asked_to_issue(world: "World") -> int:
    """How often the centre was asked for a new certificate."""
    calls: list[dict[str, Any]] = world.centre.ledger()["calls"]
    return sum(each["times"] for each in calls if each["operation"] == "solicitarCertificado")


def test_before_money_the_kiosk_learns_that_it_can_be_sent_again(world: "World") -> None:
    answer = world.desk.check(issuing.ALREADY)
    assert answer["instead"] == ["send_again", "turn"]
    assert answer["certificate_until"] is not None


def test_it_arrives_like_a_new_one_and_nothing_is_issued_or_paid(world: "World") -> None:
    before = asked_to_issue(world)
    address = f"{uuid4().hex[:8]}@example.com"
    answer = ask_again(world, issuing.ALREADY, address)
    assert answer.status_code == 202
    body = world.desk.until(answer.json()["id"], "issued")
    assert body["certificate_number"] == "CAJ-PRUEBA-0000479"
    assert body["link"] is not None
    eventually(lambda: world.desk.state(body["id"])["email"] == "sent")
    (letter,) = [each for each in world.mailbox.messages() if each["To"] == address]
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    assert asked_to_issue(world) == before


def test_who_has_none_in_force_gets_none(world: "World") -> None:
    answer = ask_again(world, issuing.extra(11))
    assert (answer.status_code, answer.json()["title"]) == (409, "nothing_to_send")


def test_of_another_birth_date_nothing_is_sent(world: "World") -> None:
    answer = ask_again(world, {**issuing.ALREADY, "birth_date": "1970-01-01"})
    assert (answer.status_code, answer.json()["title"]) == (409, "nothing_to_send")


def test_while_the_centre_is_away_the_kiosk_is_told_so(world: "World") -> None:
    world.centre.order(fault="answer", code="0002", operation="consultarTitular")
    answer = ask_again(world, issuing.ALREADY)
    assert (answer.status_code, answer.json()["title"]) == (503, "backend_away")


def test_the_same_question_twice_is_one_application(world: "World") -> None:
    body = {
        "id": str(uuid4()),
        "number": world.desk.next_number(),
        "document": issuing.ALREADY,
        "email": None,
    }
    key = str(uuid4())
    first = world.desk.post("/api/v1/applications/again", body, key)
    second = world.desk.post("/api/v1/applications/again", body, key)
    assert (second.status_code, second.json()) == (202, first.json())
    assert second.headers["idempotency-replayed"] == "true"


@pytest.mark.negative_control
def test_the_number_alone_is_no_proof(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    """The centre may answer with names although the data differ; the flag is what counts."""
    holder = Holder("CARMEN", "PRUEBA", "", False, True, "CAJ-1", date(2099, 1, 1))
    database = world.site.database()
    with pytest.raises(Problem, match="certificado vigente"):
        database.read(lambda uow: again._in_force(uow, "PRUEBA", Found(holder)))
    trusting = Found(replace(holder, data_match=True))
    assert database.read(lambda uow: again._in_force(uow, "PRUEBA", trusting)) == "CAJ-1"
    database.close()


@pytest.mark.parametrize("reason", list(NotSellable), ids=str)
def test_whatever_is_not_sold_something_is_offered_instead(reason: NotSellable) -> None:
    assert instead_of(reason)[-1] is Instead.TURN
    assert (Instead.SEND_AGAIN in instead_of(reason)) == (reason is NotSellable.ALREADY_VALID)


def foreigner(kind: str) -> dict[str, Any]:
    """A foreigner's document, as read."""
    return {"type": kind, "number": HOLDERS[kind], "birth_date": EXTRA_BIRTH}


def with_certificate(world: "World", document: dict[str, Any]) -> None:
    """They have one in force from here on."""
    if world.desk.check(document)["reason"] != "already_valid":
        world.desk.until(world.desk.apply(document, "holder@example.com"), "issued")


def check_nothing_is_sent(world: "World", document: dict[str, Any]) -> None:
    """Ask with what was typed; raises AssertionError unless it is refused, and no letter goes."""
    stranger = f"{uuid4().hex[:8]}@example.org"
    told = world.desk.check(document)
    answer = ask_again(world, document, stranger)
    assert (answer.status_code, answer.json().get("title")) == (409, "document_not_shown")
    assert (told["reason"], told["instead"]) == ("already_valid", ["turn"])
    assert told["certificate_until"] is None
    assert not [each for each in world.mailbox.messages() if each["To"] == stranger]


@pytest.mark.parametrize("kind", sorted(HOLDERS))
def test_a_number_and_a_birth_date_send_nothing_to_a_stranger(world: "World", kind: str) -> None:
    with_certificate(world, foreigner(kind))
    check_nothing_is_sent(world, {**foreigner(kind), "typed": {}})


def test_the_document_itself_is_sent_its_certificate(world: "World") -> None:
    with_certificate(world, foreigner("07"))
    assert world.desk.check(foreigner("07"))["instead"] == ["send_again", "turn"]
    assert ask_again(world, foreigner("07")).status_code == 202


@pytest.mark.negative_control
def test_a_server_that_believes_what_was_typed_is_caught(world: "World") -> None:
    """What `is_proven` holds back: without it every body is as good as the document."""
    passport = {**foreigner("07"), "typed": {}}
    assert not ApplicantBody.model_validate(passport).is_proven
    with_certificate(world, foreigner("07"))
    read = {each: passport[each] for each in ("type", "number", "birth_date")}
    with pytest.raises(AssertionError):
        check_nothing_is_sent(world, read)


def test_a_dni_typed_with_its_date_of_issue_is_sent_and_guesses_at_it_are_counted(
    world: "World",
) -> None:
    read = issuing.extra(30)
    with_certificate(world, read)
    right = {"check": check_characters(read["number"])[0], "issue_date": EXTRA_ISSUED}
    assert ask_again(world, {**read, "typed": right}).status_code == 202
    guess = {**read, "typed": {**right, "issue_date": "2021-03-05"}}
    tried = [ask_again(world, guess).status_code for _ in range(identification.TRIES + 1)]
    assert tried == [409] * identification.TRIES + [429]
    assert ask_again(world, read).status_code == 202, "the card itself still opens the way"

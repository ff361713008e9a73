"""An address that bounced is corrected at another kiosk, over real processes and a real mail
server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from aiosmtpd.controller import Controller

from devices.documents.dni import check_characters
from queue_server.issuance.services import identification
from tests.support import issuing
from tests.support.centre import EXTRA_BIRTH, EXTRA_ISSUED, HOLDERS, eventually
from tests.support.issuing import Desk

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

PERSON = issuing.extra(12)


class KnowsNobody:
    """A mail server without a single mailbox."""

    async def handle_RCPT(self, *_: object) -> str:
        return "550 5.1.1 no such user"


@contextmanager
def knowing_nobody(world: "World") -> Iterator[None]:
    """The site's mail server refuses every address for good."""
    world.mailbox.stop()
    controller = Controller(KnowsNobody(), hostname="127.0.0.1", port=world.mailbox.port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
        world.mailbox.start()


@pytest.fixture(scope="module")
def other(world: "World") -> Desk:
    """Another kiosk of the same site."""
    return Desk(world.site, "T07")


def correct(
    desk: Desk, number: str, email: str, document: dict[str, Any] = PERSON, key: str = ""
) -> httpx.Response:
    body: dict[str, Any] = {"number": number, "email": email, "document": document}
    return desk.post("/api/v1/applications/correct-email", body, key)


def follow(world: "World", number: str) -> str:
    typed = {"number": number, "ending": PERSON["number"][-4:]}
    return httpx.post(f"{world.site.url}/seguimiento", data=typed, trust_env=False).text


def test_a_bounced_address_is_corrected_at_another_kiosk_and_the_certificate_arrives(
    world: "World", other: Desk
) -> None:
    right = f"{uuid4().hex[:8]}@example.com"
    with knowing_nobody(world):
        application = world.desk.apply(PERSON, "mal@example.com")
        number = world.desk.until(application, "issued")["number"]
        eventually(lambda: world.desk.state(application)["email"] == "failed")
        assert "No pudimos entregarlo en m***@e***" in follow(world, number)
    key = str(uuid4())
    answers = [correct(other, number.lower(), right, key=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[0].json()["email"] == "waiting"
    eventually(lambda: world.desk.state(application)["email"] == "sent")
    (letter,) = [each for each in world.mailbox.messages() if each["To"] == right]
    (pdf,) = [part.get_content() for part in letter.iter_attachments()]
    token = world.desk.state(application)["link"].rpartition("/")[2]
    file = httpx.get(f"{world.site.url}/c/{token}/certificado.pdf", trust_env=False)
    assert file.content == pdf
    assert f"Lo enviamos a {right[0]}***@e***" in follow(world, number)


def test_a_wrong_document_is_refused_in_the_same_words_until_the_number_rests(
    world: "World", other: Desk
) -> None:
    registered = world.desk.register(PERSON, "ana@example.com").json()
    number, right = registered["number"], "ana@example.org"
    assert correct(other, number, "ana").json()["title"] == "invalid_address"
    refusals = [
        correct(other, "T01-99999-Z", right),
        *(correct(other, number, right, {**PERSON, "number": "20009999"}) for _ in range(2)),
        *(correct(other, number, right, {**PERSON, "birth_date": "1985-07-29"}) for _ in range(3)),
    ]
    assert len(refusals) == identification.TRIES + 1
    assert {each.status_code for each in refusals} == {404}
    assert len({each.text for each in refusals}) == 1
    refused = correct(other, number, right)
    assert refused.status_code == 429
    assert refused.json()["title"] == "too_many_misses"


def typed_forms() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Documents as read, and as the best that somebody can type of them."""
    dni = issuing.extra(13)
    printed = {"check": check_characters(dni["number"])[0], "issue_date": EXTRA_ISSUED}
    passport = {"type": "07", "number": HOLDERS["07"], "birth_date": EXTRA_BIRTH}
    return [(dni, {**dni, "typed": printed}), (passport, {**passport, "typed": {}})]


def check_typed_is_refused(other: Desk, number: str, typed: dict[str, Any]) -> None:
    """More tries than are allowed; raises AssertionError unless each is refused and none counts."""
    for _ in range(identification.TRIES + 1):
        answer = correct(other, number, "otro@example.org", typed)
        assert (answer.status_code, answer.json()["title"]) == (409, "document_not_shown")


def test_what_was_typed_changes_no_address_and_locks_no_number(world: "World", other: Desk) -> None:
    for read, typed in typed_forms():
        registered = world.desk.register(read, "ana@example.com").json()
        check_typed_is_refused(other, registered["number"], typed)
        card = correct(other, registered["number"], "ana@example.org", read)
        assert card.status_code == 200, "the card itself still opens the way"


@pytest.mark.negative_control
def test_tries_that_are_counted_would_lock_the_card_out(world: "World", other: Desk) -> None:
    """What a typed document was before: one that does not agree, and counts."""
    read, _ = typed_forms()[0]
    number = world.desk.register(read, "ana@example.com").json()["number"]
    with pytest.raises(AssertionError):
        check_typed_is_refused(other, number, {**read, "birth_date": "1985-07-29"})
    for _ in range(identification.TRIES):
        correct(other, number, "otro@example.org", {**read, "birth_date": "1985-07-29"})
    assert correct(other, number, "ana@example.org", read).status_code == 429


def test_nor_is_anything_followed_with_what_was_typed(world: "World") -> None:
    for read, typed in typed_forms():
        world.desk.register(read, "ana@example.com")
        for document, refused in ((read, False), (typed, True)):
            answer = world.desk.post("/api/v1/followed/applications", {"document": document})
            assert (answer.status_code == 409) == refused, answer.text

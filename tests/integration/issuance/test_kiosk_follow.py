"""What was begun before is followed at a kiosk: by document, by number, by a claim's code."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from deploy.demo.people import Visitor
from kiosk.claim_code import claim_code
from kiosk.flow.events import Event
from kiosk.flow.follow.states import (
    ClaimStory,
    FollowCode,
    FollowDocument,
    FollowedMoney,
    FollowedNothing,
    FollowedOnes,
    FollowEnding,
    FollowMenu,
    FollowNumber,
    NotFollowed,
    Story,
)
from kiosk.flow.identity.states import OfferPreference
from kiosk.flow.states import GiveNewEmail, TicketReady, Welcome
from kiosk.flow.touches import (
    AlreadyApplied,
    CorrectEmail,
    GaveNumber,
    Prefer,
    SeeApplication,
    SeeClaim,
    TakeTurn,
    TypeNumberInstead,
)
from kiosk.flow.world import Part
from tests.support import issuing
from tests.support.centre import eventually, extra_number
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

ROSA = Visitor(extra_number(27), "850728", "F", "PRUEBA", "ALGUIEN", "rosa@example.com")
NOBODY = Visitor(extra_number(28), "850728", "F", "PRUEBA", "ALGUIEN", "x@example.com")


@pytest.fixture(scope="module")
def bench(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("kiosk")
    with switched_on(Bench(folder, world.site, "K08")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def menu(bench: Bench) -> Iterator[None]:
    """Each test begins with somebody who asks about something begun before."""
    bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.READER))
    bench.post(AlreadyApplied(uuid4()))
    bench.until_at(FollowMenu)
    yield
    bench.leave()


@pytest.fixture(scope="module")
def number(world: "World") -> str:
    """Rosa's application: issued, and sent to her."""
    application = world.desk.apply(issuing.extra(27), ROSA.email)
    world.desk.until(application, "issued")
    eventually(lambda: world.desk.state(application)["email"] == "sent")
    return world.desk.state(application)["number"]


def do(bench: Bench, *touches: Event) -> None:
    for touch in touches:
        bench.post(touch)


def test_the_document_alone_finds_the_application_and_where_its_letter_went(
    bench: Bench, number: str
) -> None:
    do(bench, SeeApplication())
    bench.until_at(FollowDocument)
    bench.present(ROSA.mrz())
    at = bench.until_at(FollowedOnes)
    assert (at.one.number, at.one.story) == (number, Story.SENT)
    assert at.one.masked_email == "r****@example.com", "a slip in the domain is seen"
    do(bench, CorrectEmail())
    assert bench.until_at(GiveNewEmail).number == number


def test_a_document_with_nothing_is_told_so_and_gets_a_turn(bench: Bench) -> None:
    do(bench, SeeApplication())
    bench.until_at(FollowDocument)
    bench.present(NOBODY.mrz())
    bench.until_at(FollowedNothing)
    do(bench, TakeTurn())
    bench.until_at(OfferPreference)
    do(bench, Prefer(False))
    bench.until_printed(TicketReady)


def test_number_and_the_end_of_the_document_find_it_too_and_nothing_else_does(
    bench: Bench, number: str
) -> None:
    do(bench, SeeApplication(), TypeNumberInstead(), GaveNumber(number.lower()))
    bench.until_at(FollowEnding)
    do(bench, GaveNumber("0000"))
    assert bench.until_at(FollowNumber).problem is NotFollowed.NOT_FOUND
    do(bench, GaveNumber(number), GaveNumber(ROSA.number[-4:]))
    at = bench.until_at(FollowedOnes)
    assert at.one.story is Story.SENT
    assert at.one.masked_email == "r***@e***", "of whoever typed a number nobody knows who it is"
    do(bench, CorrectEmail())
    bench.live.runner.drain(0.1)
    assert bench.state.at == at, "an address is changed for who shows the document only"


@pytest.mark.negative_control
def test_a_server_that_looks_at_the_number_only_would_tell_a_stranger(
    world: "World", number: str
) -> None:
    """The broken variant takes any ending; the refusal above catches it."""
    path = "/api/v1/followed/applications"
    asked = world.desk.post(path, {"number": number, "ending": "0000"})
    assert (asked.status_code, asked.json()["title"]) == (404, "no_such_application")
    careless = world.desk.post(path, {"number": number, "ending": ROSA.number[-4:]})
    (found,) = careless.json()["applications"]
    assert found["state"] == "issued"
    assert not {"result", "records", "certificate_number", "link"} & set(found)


def test_a_claim_is_followed_by_its_code(world: "World", bench: Bench) -> None:
    code = claim_code(uuid4().bytes)
    made = world.desk.post(
        "/api/v1/claims",
        {
            "id": str(uuid4()),
            "code": code,
            "means": "cash",
            "amount_centimos": 2010,
            "reason": "cash_not_returned",
            "proven": True,
            "made_at": "2026-11-20T15:00:00+00:00",
        },
    )
    assert made.status_code == 201, made.text
    do(bench, SeeClaim(), GaveNumber("C-0000"))
    assert bench.until_at(FollowCode).problem is NotFollowed.MISTYPED
    do(bench, GaveNumber(claim_code(uuid4().bytes)))
    bench.until_at(FollowCode, lambda at: at.problem is NotFollowed.NOT_FOUND)
    do(bench, GaveNumber(code.lower().replace("-", " ")))
    claim = bench.until_at(FollowedMoney).claim
    assert (claim.code, claim.amount_centimos, claim.story) == (code, 2010, ClaimStory.OWED)
